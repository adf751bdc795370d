"""Two versions on the same events: which runs went another way, sent something else, and how much.

Runs are paired by the event that started them, whatever their ids; money also order by order
(money.py). Tickets join the measure of a difference when they exist.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.core.redact import redact
from engine.core.text import Text, text
from engine.runtime.simulate.feed import Tell
from engine.runtime.simulate.harvest import runs_by_event, runs_of
from engine.runtime.simulate.money import MoneyCompared
from engine.runtime.simulate.scratch import Scratch
from engine.runtime.simulate.tally import RunSeen
from engine.settlement.money import to_major
from engine.store.db import dump_json

MOST = 50
# How much a kind of difference weighs when the largest are sought.
WEIGHTS = {"status": 8, "only": 6, "money": 5, "sent": 4, "told": 2, "changed": 2, "path": 1}
_WORDS: dict[str, Text] = {
    "status": text("结果不同", "it ended otherwise"),
    "only": text("只在一个版本里执行", "only one version ran"),
    "money": text("金额不同", "another amount is posted"),
    "sent": text("发出的内容不同", "something else is sent"),
    "told": text("通知不同", "somebody else is told"),
    "changed": text("客户资料的改动不同", "the customer is changed otherwise"),
    "path": text("走的路不同", "it goes another way"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One event that came out otherwise. `kinds` are keys of WEIGHTS."""

    event: tuple[str, str]
    subject: str
    kinds: tuple[str, ...]
    weight: int
    new: RunSeen | None
    old: RunSeen | None

    def as_json(self) -> dict[str, Any]:
        return {
            "event": {"source": self.event[0], "id": self.event[1], "subject": self.subject},
            "kinds": [{"kind": kind, "said": _WORDS[kind]} for kind in self.kinds],
            "weight": self.weight,
            "new": _brief(self.new),
            "old": _brief(self.old),
        }


@dataclass(slots=True)
class Comparison:
    """Sums over all pairs, and the largest differences."""

    pairs: int = 0
    same: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    only_new: int = 0
    only_old: int = 0
    sent: dict[str, Counter[str]] = field(
        default_factory=lambda: {"new": Counter(), "old": Counter()}
    )
    largest: list[Difference] = field(default_factory=list)
    money: MoneyCompared | None = None
    _heap: list[tuple[int, int, Difference]] = field(default_factory=list)

    def add(self, new: RunSeen | None, old: RunSeen | None) -> None:
        self.pairs += 1
        for name, run in (("new", new), ("old", old)):
            if run is not None:
                self.sent[name].update(f"{one[0]}.{one[1]}" for one in run.sent)
        kinds = differing(new, old)
        if not kinds:
            self.same += 1
            return
        self.kinds.update(kinds)
        self.only_new += old is None
        self.only_old += new is None
        run = new or old
        assert run is not None
        weight = sum(WEIGHTS[kind] for kind in kinds) + _amount(new, old)
        found = Difference(run.event, run.subject, kinds, weight, new, old)
        # Of equal ones the earlier is kept: a second test run names the same.
        entry = (weight, -self.pairs, found)
        if len(self._heap) < MOST:
            heapq.heappush(self._heap, entry)
        elif entry[:2] > self._heap[0][:2]:
            heapq.heapreplace(self._heap, entry)

    def close(self) -> None:
        ordered = sorted(self._heap, key=lambda entry: (-entry[0], -entry[1]))
        self.largest = [found for _, _, found in ordered]

    def as_json(self) -> dict[str, Any]:
        actions = sorted({*self.sent["new"], *self.sent["old"]})
        return {
            "pairs": self.pairs,
            "same": self.same,
            "different": self.pairs - self.same,
            "only_new": self.only_new,
            "only_old": self.only_old,
            "kinds": [
                {"kind": kind, "said": _WORDS[kind], "count": self.kinds[kind]}
                for kind in WEIGHTS
                if self.kinds[kind]
            ],
            "sent": [
                {"action": one, "new": self.sent["new"][one], "old": self.sent["old"][one]}
                for one in actions
            ],
            "largest": [one.as_json() for one in self.largest],
            "money": self.money.as_json() if self.money is not None else None,
            "tickets": None,
        }


def compare(new: Scratch, old: Scratch, flow_id: str, tell: Tell) -> Comparison:
    """Compares every run of a flow in two scratch worlds, in bounded memory."""
    found = Comparison()
    for page in _pages(new, flow_id):
        others = runs_by_event(old, flow_id, [run.event for run in page])
        for run in page:
            found.add(run, others.get(run.event))
        tell(found.pairs, None, text(f"正在比较：{found.pairs}", f"comparing: {found.pairs}"))
    for page in _pages(old, flow_id):
        others = runs_by_event(new, flow_id, [run.event for run in page])
        for run in page:
            if run.event not in others:
                found.add(None, run)
        tell(found.pairs, None, text(f"正在比较：{found.pairs}", f"comparing: {found.pairs}"))
    found.close()
    return found


def _pages(scratch: Scratch, flow_id: str, size: int = 200) -> Iterator[list[RunSeen]]:
    page: list[RunSeen] = []
    for run, _ in runs_of(scratch):
        if run.flow_id == flow_id:
            page.append(run)
        if len(page) >= size:
            yield page
            page = []
    if page:
        yield page


def differing(new: RunSeen | None, old: RunSeen | None) -> tuple[str, ...]:
    """In what two runs of one event differ; () when in nothing a person would notice."""
    if new is None or old is None:
        return ("only",)
    found = []
    if new.status != old.status:
        found.append("status")
    if sorted(new.money) != sorted(old.money):
        found.append("money")
    if _plain(new.sent) != _plain(old.sent):
        found.append("sent")
    if new.told != old.told:
        found.append("told")
    if _plain(new.changed) != _plain(old.changed):
        found.append("changed")
    if new.path != old.path:
        found.append("path")
    return tuple(found)


def _plain(values: Sequence[Any]) -> str:
    return dump_json(list(values))


def _amount(new: RunSeen | None, old: RunSeen | None) -> int:
    """How many things more or less would go out."""
    return abs(len(new.sent if new else ()) - len(old.sent if old else ()))


def _brief(run: RunSeen | None) -> dict[str, Any] | None:
    if run is None:
        return None
    return {
        "run": run.id,
        "status": run.status,
        "path": [{"place": place, "port": port} for place, port in run.path],
        "sent": [
            {"connection": one[0], "action": one[1], "status": one[2], "args": redact(one[3])}
            for one in run.sent[:20]
        ],
        "changed": [{"field": one[0], "old": one[1], "new": one[2]} for one in run.changed[:20]],
        "money": [
            {
                "from": one[0],
                "to": one[1],
                "amount": str(to_major(one[2], one[3])),
                "currency": one[3],
            }
            for one in run.money[:20]
        ],
    }
