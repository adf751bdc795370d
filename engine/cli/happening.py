"""The nouns of the demo's stream: an invented customer, and one thing that one of them does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Road = Literal["events", "douyin", "erp"]


@dataclass(frozen=True, slots=True)
class Person:
    """An invented customer with a handle on each platform."""

    number: int
    name: str

    @property
    def wecom(self) -> str:
        return f"wmdemo{self.number:04d}"

    @property
    def douyin(self) -> str:
        return f"demo_open_{self.number:04d}"

    def identities(self, *kinds: str) -> list[dict[str, str]]:
        values = {
            "wecom_external_userid": self.wecom,
            "douyin_open_id": self.douyin,
            "member_id": f"QH{self.number:06d}",
        }
        return [{"kind": kind, "value": values[kind]} for kind in kinds or values]


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing to send: by which road, and what.

    events, erp   `body` is a CloudEvent
    douyin        `body` is a message of the platform's push; `order` and `case` are the records
                  its API would give, in its own shape
    """

    road: Road
    kind: str
    body: dict[str, Any]
    order: dict[str, Any] | None = None
    case: dict[str, Any] | None = None
