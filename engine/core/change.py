"""One difference between two versions of a flow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from engine.core.text import Text

# moved: its place on the canvas only. regrouped: into or out of a box. reordered: rows of a list.
ChangeKind = Literal["added", "removed", "changed", "renamed", "moved", "regrouped", "reordered"]
Part = Literal["node", "edge", "param", "run_mode", "case", "note", "flow"]

_COSMETIC: frozenset[str] = frozenset({"moved"})


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `before` is None for what was added, `after` for what was removed."""

    kind: ChangeKind
    part: Part
    path: str
    before: Any = None
    after: Any = None
    node: str | None = None
    message: Text | None = None

    @property
    def is_cosmetic(self) -> bool:
        """Whether no run can tell the difference."""
        return self.kind in _COSMETIC or self.part == "note"

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "kind": self.kind,
            "part": self.part,
            "path": self.path,
            "before": self.before,
            "after": self.after,
            "cosmetic": self.is_cosmetic,
        }
        if self.node is not None:
            found["node"] = self.node
        if self.message is not None:
            found |= {"message": self.message["en"], "message_zh": self.message["zh"]}
        return found
