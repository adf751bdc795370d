"""Which steps have surely run when another runs, and which can never run together.

For each step we keep when it runs: a set of terms, each a set of outcomes ("the branch was left by
`big`") that together make it run. A step with only one way out adds nothing, and outcomes that are
all there are cancel out, so after a branch has come together again nothing of it is left. Then

    X has surely run when n runs   iff   every term of n contains a term of X, and X was decided
    A and B never run together     iff   every term of A contradicts every term of B
"""

from __future__ import annotations

from functools import cached_property

from engine.core.flow import Edge
from engine.core.ports import is_error
from engine.core.validate.plan import Place, Spot, exits_of

Outcome = tuple[str, str]  # (node id, port); a trigger that fired is ("", its id)
Term = frozenset[Outcome]
Terms = frozenset[Term]

ALWAYS: Terms = frozenset({frozenset()})
MAX_TERMS = 64  # beyond it we no longer know, and say nothing
ABNORMAL = frozenset({"error", "timeout"})


class Certainty:
    """When the steps of one graph run. Made once per graph."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.exits: dict[str, frozenset[str]] = {}
        self.many: set[str] = set()  # steps several of whose ports may be lit at once
        self.starts: dict[str, Terms | None] = {}
        self.decided: dict[str, frozenset[str]] = {}
        triggers = [spot.id for spot in place.spots if spot.is_trigger]
        self.exits[""] = frozenset(triggers)
        for spot in place.order:
            drawn = [edge.port for edge in place.outgoing[spot.id]]
            self.exits[spot.id] = exits_of(spot, drawn)
            if spot.takes_every or spot.reminders:
                self.many.add(spot.id)
            self.starts[spot.id] = self._start(spot)
            self.decided[spot.id] = self._decided(spot)

    @cached_property
    def _needs(self) -> dict[str, int]:
        """How many lit lines a race waits for, by join; all others wait until all are decided."""
        found: dict[str, int] = {}
        for spot in self.place.spots:
            if spot.type is not None and spot.type.kind == "join":
                mode, n = spot.config.get("mode"), spot.config.get("n")
                if mode == "first":
                    found[spot.id] = 1
                elif mode == "n" and isinstance(n, int):
                    found[spot.id] = max(n, 1)
        return found

    def _start(self, spot: Spot) -> Terms | None:
        edges = self.place.incoming[spot.id]
        if not edges:
            if spot.is_trigger and len(self.exits[""]) > 1:
                return frozenset({frozenset({("", spot.id)})})
            return ALWAYS
        found: set[Term] = set()
        for edge in edges:
            terms = self.by_line(edge)
            if terms is None:
                return None
            found |= terms
        return self._simple(found)

    def by_line(self, edge: Edge) -> Terms | None:
        """When a line is lit."""
        source = self.place.by_id[edge.from_]
        needs = self._needs.get(source.id)
        if needs is not None and edge.port == "out":
            lines = self.place.incoming[source.id]
            if needs >= len(lines) > 1:
                return self._all([self.by_line(line) for line in lines])
            return self.starts.get(source.id)
        return self._and(source.id, "error" if is_error(edge.port) else edge.port)

    def _and(self, id_: str, port: str) -> Terms | None:
        terms = self.starts.get(id_)
        if terms is None or self.exits[id_] <= {port}:
            return terms
        return frozenset(term | {(id_, port)} for term in terms)

    def _all(self, parts: list[Terms | None]) -> Terms | None:
        found: set[Term] = {frozenset()}
        for part in parts:
            if part is None or len(found) * len(part) > MAX_TERMS * MAX_TERMS:
                return None
            found = {one | other for one in found for other in part}
        return self._simple(found)

    def _simple(self, terms: set[Term]) -> Terms | None:
        """Without terms others contain, and without outcomes that are all there are."""
        if len(terms) > MAX_TERMS * MAX_TERMS:
            return None
        changed = True
        while changed:
            changed = False
            terms = {t for t in terms if not any(other < t for other in terms)}
            for term in terms:
                for id_, port in term:
                    rest = term - {(id_, port)}
                    others = {rest | {(id_, other)} for other in self.exits[id_]}
                    if port in self.exits[id_] and others <= terms:
                        terms = (terms - others) | {rest}
                        changed = True
                        break
                if changed:
                    break
        return frozenset(terms) if len(terms) <= MAX_TERMS else None

    def _decided(self, spot: Spot) -> frozenset[str]:
        """Steps that have ended or were skipped before this one begins."""
        edges = self.place.incoming[spot.id]
        parts = []
        for edge in edges:
            source = self.place.by_id[edge.from_]
            own = frozenset() if edge.port in source.reminders else frozenset({source.id})
            parts.append(self.decided[source.id] | own)
        if not parts:
            return frozenset()
        needs = self._needs.get(spot.id)
        if needs is None:
            return frozenset().union(*parts)
        # At least `needs` lines were lit: what is behind all but fewer than that was waited for.
        enough = len(parts) - min(needs, len(parts)) + 1
        every = frozenset().union(*parts)
        return frozenset(id_ for id_ in every if sum(id_ in part for part in parts) >= enough)

    # -- asking ----------------------------------------------------------------------------------

    def has_run(self, id_: str, when: str, *, ports: str = "normal") -> bool | None:
        """Whether `id_` has surely ended by a normal port ("normal"), an error port ("error") or
        any ("any") when `when` runs; None when it is not known.
        """
        if id_ not in self.decided.get(when, frozenset()):
            return False
        now, then = self.starts.get(when), self._ended(id_, ports)
        if now is None or then is None:
            return None
        return all(any(part <= term for part in then) for term in now)

    def _ended(self, id_: str, ports: str) -> Terms | None:
        exits = self.exits[id_]
        if ports == "any":
            return self.starts.get(id_)
        wanted = exits & {"error"} if ports == "error" else exits - ABNORMAL
        if wanted == exits:
            return self.starts.get(id_)
        found: set[Term] = set()
        for port in wanted:
            terms = self._and(id_, port)
            if terms is None:
                return None
            found |= terms
        return self._simple(found)

    def never_together(self, one: str, other: str) -> bool:
        """Whether two steps can never both run."""
        a, b = self.starts.get(one), self.starts.get(other)
        if a is None or b is None:
            return False
        return all(self._contradict(x, y) for x in a for y in b)

    def _contradict(self, one: Term, other: Term) -> bool:
        outcomes = dict(one)
        return any(
            id_ in outcomes and outcomes[id_] != port and id_ not in self.many
            for id_, port in other
        )
