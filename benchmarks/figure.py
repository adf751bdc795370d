"""One figure: what was measured, the bar it should reach, and what peers do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """`peers` are figures of others on the same work, in the same unit, measured in the same run.

    With `is_better_high` the bar is a floor, else a ceiling.
    """

    name: str
    work: str
    value: float
    unit: str
    bar: float | None = None
    is_better_high: bool = True
    peers: Mapping[str, float] = field(default_factory=dict)
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reaches_bar(self) -> bool | None:
        if self.bar is None:
            return None
        return self.value >= self.bar if self.is_better_high else self.value <= self.bar

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "value": self.value, "unit": self.unit, "bar": self.bar,
                "reaches_bar": self.reaches_bar, "peers": dict(self.peers),
                "detail": dict(self.detail)}  # fmt: skip


def median(values: list[float]) -> float:
    found = sorted(values)
    return found[len(found) // 2]
