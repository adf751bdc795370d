"""One figure: what was measured, the bar it should reach, and what peers do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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


def median(values: Sequence[float]) -> float:
    """The middle one; of an even number, the upper of the two."""
    found = sorted(values)
    return found[len(found) // 2]


def middle(rounds: Sequence[Figure]) -> Figure:
    """The round whose value is the median, with the median of each peer."""
    found = sorted(rounds, key=lambda one: one.value)[len(rounds) // 2]
    names = {name: None for one in rounds for name in one.peers}
    peers = {name: median([one.peers[name] for one in rounds if name in one.peers])
             for name in names}  # fmt: skip
    return replace(found, peers=peers, detail={
        **found.detail, "rounds": sorted(one.value for one in rounds)})  # fmt: skip
