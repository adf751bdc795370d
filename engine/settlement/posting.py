"""Posting: parts of orders and refunds go into an account, entries come out.

    post(state, plans, parts) -> (entries, state after)

One function for orders, refunds, late orders and corrections: each part adds to the totals (a
refund less than nothing), and its entry is the difference that makes to f(totals). So the entries
of an account sum to f(totals) exactly before rounding, whatever the order of arrival. It takes one
writer per account, and batches: the caller groups parts by account.

This runs once for every order line of a month. Hence whole numbers in lists, tuples instead of
objects, and everything that does not change from part to part looked up once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from engine.core.errors import InvalidInput, Problem
from engine.core.text import text
from engine.settlement.account import AMOUNT, MINOR, NUMBER, POSTED, TRUE_UP, AccountState, Sub
from engine.settlement.entry import Entry, payee_of, plan_key
from engine.settlement.ladder import Run, climb, spans_of
from engine.settlement.lines import Lines
from engine.settlement.money import UNIT, round_fine
from engine.settlement.plan import Plan

# Rounding of single lines or orders: [fine, minor] so far by "sub|order" or "sub|order|line".
Cells = dict[str, list[int]]
# What one part came to: (minor, base, units, amount before, number before, fine, rest, lines).
Step = tuple[int, int, int, int, int, int, int, Lines]
_HALF = UNIT // 2
_new = tuple.__new__


class Part(NamedTuple):
    """What one line (or refund of one) adds to an account.

    key     the effect key of the entry to be
    base, units   minor units and number; below zero for a refund
    other   the account of the other side (the bearer)
    state   of the money: "estimated" or "pending" (or "frozen" by a budget)
    """

    key: str
    sub: str
    base: int
    units: int
    order: str
    line: str
    other: str
    version: Any
    earned_in: str = ""
    posted_in: str = ""
    state: str = "pending"
    kind: str = "order"


def post(
    state: AccountState,
    plans: Mapping[str, Plan],
    parts: Iterable[Part],
    *,
    cells: Cells | None = None,
    done: Collection[str] = (),
) -> tuple[list[Entry], AccountState]:
    """The entries of one account's parts and its state after them; `state` itself stays as it is.

    1. Leave out parts whose key was posted before (`done`) or stands twice.
    2. Open a part of the account for a plan that is new there: f(0) is an opening entry.
    3. Add to the totals; the difference to f(totals), rounded by the plan's grain, is the entry.
    4. Where a total is shared and its tier changes, the others' differences are entries too.
    5. In a window that is closed already, what the closing adds changes with the totals.

    `plans` has every plan of the parts and of the account. `cells` is what single lines or orders
    were rounded to so far (grain line or order); new ones are put into it.
    """
    after = state.copy()
    entries: list[Entry] = []
    if cells is None:
        cells = {}
    for name, run in _runs(_once(parts, done)):
        plan = _plan(plans, name)
        if name not in after.subs:
            opened = _open(after, plan, name, run[0])
            if opened is not None:
                entries.append(opened)
        sub = after.subs[name]
        if after.coefficients is not None or _shares(after, plan, name):
            for part in run:
                entries += _post_shared(after, plans, plan, part, cells)
        elif plan.grain == "period":
            steps = run_up(sub, plan, [(part[2], part[3]) for part in run])
            entries += _entries(after.key, plan, run, steps)
        else:
            entries += _post_by_itself(sub, plan, run, cells, after.key)
    after.version += 1
    return entries, after


def post_straight(
    state: AccountState, plan: Plan, name: str, bases: Sequence[int], units: Sequence[int]
) -> tuple[Run, AccountState] | None:
    """What `post` makes of the lines of one part of an account, as figures without entries: for
    whoever posts a month at once. None where an entry depends on more than this part's totals; then
    there is only `post`.
    """
    if state.coefficients is not None or plan.grain != "period" or state.subs.keys() - {name}:
        return None
    after = state.copy()
    if name not in after.subs:
        if plan.pricer.opening()[0]:
            return None
        after.subs[name] = [0, 0, 0, 0, 0]
    if _shares(after, plan, name):
        return None
    run = _climbed(after.subs[name], plan, bases, units)
    after.version += 1
    return run, after


def _climbed(sub: Sub, plan: Plan, bases: Sequence[int], units: Sequence[int]) -> Run:
    """`run_up` column by column, faster where the plan is a ladder."""
    ladder = plan.pricer.ladder
    if ladder is not None:
        found = climb(ladder, plan.pricer.difference, plan.mode, sub, bases, units)
        if found is not None:
            run, sub[:TRUE_UP] = found
            return run
    steps = run_up(sub, plan, zip(bases, units, strict=True))
    if not steps:
        return Run((), (), (), (), (), (), 0, ())
    minors, added, counted, amounts, numbers, fines, rests, lines = zip(*steps, strict=True)
    spans = spans_of(lines, bases, units)
    return Run(minors, added, counted, amounts, numbers, fines, rests[0], spans)


def run_up(sub: Sub, plan: Plan, added: Iterable[tuple[int, int]]) -> list[Step]:
    """Adds (base, units) one after the other to a part's totals (in place): f(after) − f(before) of
    each, rounded so that all steps sum to the rounded f(totals).
    """
    difference, mode = plan.pricer.difference, plan.mode
    half_up = mode == "half_up"
    amount, number, now, minor, late = sub
    steps: list[Step] = []
    append = steps.append
    for base, units in added:
        total, counted = amount + base, number + units
        gain, lines = difference((amount, number), (total, counted))
        rest = now - minor * UNIT
        now += gain
        if half_up:
            rounded = (now + _HALF) // UNIT if now >= 0 else -((_HALF - now) // UNIT)
        else:
            rounded = round_fine(now, mode)
        append((rounded - minor, base, units, amount, number, gain, rest, lines))
        amount, number, minor = total, counted, rounded
    sub[:] = amount, number, now, minor, late
    return steps


def open_account(
    state: AccountState, plan: Plan, sub: str, part: Part
) -> tuple[list[Entry], AccountState]:
    """An account that is due without any order (固定费, 坑位费): its opening entry, once."""
    after = state.copy()
    if sub in after.subs:
        return [], after
    opened = _open(after, plan, sub, part)
    after.version += 1
    return ([] if opened is None else [opened]), after


def _once(parts: Iterable[Part], done: Collection[str]) -> Sequence[Part]:
    """The parts without those posted before and without doubles."""
    found = parts if isinstance(parts, list) else list(parts)
    keys = {part[0] for part in found}
    if len(keys) == len(found) and not (done and keys.intersection(done)):
        return found
    kept = {part.key: part for part in reversed(found) if part.key not in done}
    return list(reversed(kept.values()))


def _runs(parts: Sequence[Part]) -> Iterator[tuple[str, Sequence[Part]]]:
    """Neighbours of one part of the account together."""
    for name, run in groupby(parts, itemgetter(1)):
        yield name, list(run)


def _entries(
    account: str, plan: Plan, parts: Sequence[Part], steps: Sequence[Step]
) -> Iterator[Entry]:
    """The entries of parts and what each came to."""
    pays, currency = plan.direction == "pay", plan.currency
    payee = payee_of(account, parts[0].sub)
    for part, step in zip(parts, steps, strict=True):
        key, name, _, _, order, line, other, version, earned, posted, money, kind = part
        minor, *figures = step
        yield _new(
            Entry,
            (
                key, account, name, kind, order, line,
                other if pays else payee, payee if pays else other,
                minor, currency, money, earned, posted, (version, *figures),
            ),
        )  # fmt: skip


def _post_by_itself(
    sub: Sub, plan: Plan, parts: Sequence[Part], cells: Cells, account: str
) -> Iterator[Entry]:
    """Parts of a plan that rounds each line or order by itself."""
    steps: list[Step] = []
    for part in parts:
        amount, number = sub[AMOUNT], sub[NUMBER]
        sub[AMOUNT] += part.base
        sub[NUMBER] += part.units
        gain, lines = plan.pricer.difference((amount, number), (sub[AMOUNT], sub[NUMBER]))
        step, rest = _by_itself(plan, part.sub, part, gain, cells)
        sub[POSTED] += gain
        sub[MINOR] += step
        steps.append((step, part.base, part.units, amount, number, gain, rest, lines))
    return _entries(account, plan, parts, steps)


def _post_shared(
    state: AccountState, plans: Mapping[str, Plan], plan: Plan, part: Part, cells: Cells
) -> list[Entry]:
    """One part in an account with several parts, other payees, or a window already closed."""
    old, sub = _sums(state), state.subs[part.sub]
    totals = (sub[AMOUNT], sub[NUMBER])
    sub[AMOUNT] += part.base
    sub[NUMBER] += part.units
    new = _sums(state)
    shares = _shares(state, plan, part.sub)
    picks = (_picks(plan, old), _picks(plan, new)) if shares else ()
    pricer = plan.shared if shares and plan.shared is not None else plan.pricer
    gain, lines = pricer.difference((*totals, *picks[:1]), (sub[AMOUNT], sub[NUMBER], *picks[1:]))
    found = [_entry(state, plan, part, part.kind, totals, gain, lines, picks, cells)]
    for name, other in state.subs.items() if shares else ():
        own = _plan(plans, name)
        if name == part.sub or own.shared is None:
            continue
        totals, picks = (other[AMOUNT], other[NUMBER]), (_picks(own, old), _picks(own, new))
        gain, lines = own.shared.difference((*totals, picks[0]), (*totals, picks[1]))
        if gain:
            moved = part._replace(key=f"{part.key}~{name}", sub=name, base=0, units=0, line="")
            found.append(_entry(state, own, moved, "shared", totals, gain, lines, picks, cells))
    if state.coefficients is not None:
        for name in list(state.subs):
            moved = part._replace(key=f"{part.key}~{name}^", sub=name)
            found += true_up(state, _plan(plans, name), moved)
    return found


def true_up(state: AccountState, plan: Plan, part: Part) -> list[Entry]:
    """Brings the true-up of one part of a closed window to what its totals now say (in place)."""
    sub = state.subs[part.sub]
    totals = (sub[AMOUNT], sub[NUMBER])
    shares = plan.shared if _shares(state, plan, part.sub) else None
    closing = (shares or plan.pricer).closing(
        (*totals, _picks(plan, _sums(state))), state.coefficients, part=state.part
    )
    gain = closing.true_up - sub[TRUE_UP]
    if not gain:
        return []
    sub[TRUE_UP] = closing.true_up
    blank = part._replace(base=0, units=0, line="")
    return [_entry(state, plan, blank, "true_up", totals, gain, closing.lines, (), {})]


def _open(state: AccountState, plan: Plan, name: str, part: Part) -> Entry | None:
    state.subs[name] = [0, 0, 0, 0, 0]
    fine, lines = plan.pricer.opening()
    if not fine:
        return None
    blank = part._replace(key=f"{part.key}~open", base=0, units=0, order="", line="")
    return _entry(state, plan, blank, "opening", (0, 0), fine, lines, (), {})


def _entry(
    state: AccountState,
    plan: Plan,
    part: Part,
    kind: str,
    totals: tuple[int, int],
    gain: int,
    lines: Lines,
    picks: tuple[int, ...],
    cells: Cells,
) -> Entry:
    """The entry of a difference, rounded by the plan's grain; moves the part's posted sums."""
    sub = state.subs[part.sub]
    if plan.grain == "period" or kind in ("opening", "true_up"):
        rest = sub[POSTED] - sub[MINOR] * UNIT
        step = round_fine(sub[POSTED] + gain, plan.mode) - sub[MINOR]
        if plan.grain != "period":
            rest, step = 0, round_fine(gain, plan.mode)
    else:
        step, rest = _by_itself(plan, part.sub, part, gain, cells)
    sub[POSTED] += gain
    sub[MINOR] += step
    payee = payee_of(state.key, part.sub)
    pays = plan.direction == "pay"
    return Entry(
        part.key,
        state.key,
        part.sub,
        kind,
        part.order,
        part.line,
        part.other if pays else payee,
        payee if pays else part.other,
        step,
        plan.currency,
        part.state,
        part.earned_in,
        part.posted_in,
        (
            part.version,
            part.base,
            part.units,
            *totals,
            gain,
            rest,
            lines,
            *((picks,) if picks else ()),
        ),
    )


def _by_itself(plan: Plan, name: str, part: Part, gain: int, cells: Cells) -> tuple[int, int]:
    """Grain line or order: what the line or order has earned by now, rounded, less what it got."""
    at = f"{name}|{part.order}" if plan.grain == "order" else f"{name}|{part.order}|{part.line}"
    cell = cells.get(at)
    if cell is None:
        cell = cells[at] = [0, 0]
    rest = cell[0] - cell[1] * UNIT
    cell[0] += gain
    step = round_fine(cell[0], plan.mode) - cell[1]
    cell[1] += step
    return step, rest


def _shares(state: AccountState, plan: Plan, name: str) -> bool:
    """Several parts, or another payee than the owner: one common figure picks the tier."""
    if plan.shared is None:
        return False
    return len(state.subs) > 1 or "@" in name or plan.needs_picks


def _sums(state: AccountState) -> tuple[int, int]:
    return state.amount, state.number


def _picks(plan: Plan, sums: tuple[int, int]) -> int:
    """The figure that picks the shared tier: the amount, or the number scaled to be one."""
    return sums[1] * plan.scale if plan.picks_by_number else sums[0]


def _plan(plans: Mapping[str, Plan], name: str) -> Plan:
    plan = plans.get(plan_key(name))
    if plan is None:
        message = text(
            "这笔账所用的计费参数不在了，无法继续计算",
            "the parameters this account was priced with are missing",
        )
        raise InvalidInput(message, [Problem(f"/plans/{plan_key(name)}", message, "missing_plan")])
    return plan
