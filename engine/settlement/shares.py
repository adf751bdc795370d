"""Entries that are shared out: service nodes, departments, a chain of parties.

An account's entry is one amount; a term with a `split` makes one entry for each share of it. Parts
sum to the entry exactly, a claw-back mirrors what it takes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.core.errors import InvalidInput, Problem
from engine.core.text import text
from engine.settlement.chain import Chain, share_along
from engine.settlement.entry import Entry
from engine.settlement.money import Rounding
from engine.settlement.posting import Part
from engine.settlement.split import Splitter


def share_entries(
    entries: Iterable[Entry], splitter: Splitter, payees: Mapping[str, str], payer: str
) -> list[Entry]:
    """Each entry as one for every share that gets something; its key ends in "/<share>".

    `payees` is the party by share key (a role or the party itself). InvalidInput when a share has
    nobody. The entry's own account keeps its totals: only who is paid differs.
    """
    found = []
    for entry in entries:
        for part in splitter.parts(entry.minor):
            payee = payees.get(part.key)
            if payee is None:
                raise _nobody(part.key)
            if not part.amount and entry.minor:
                continue
            found.append(
                entry._replace(
                    key=f"{entry.key}/{part.key}",
                    from_account=payer,
                    to_account=payee,
                    minor=part.amount,
                    figures=(*entry.figures[:8], (), [part.kind, part.value, entry.minor]),
                )
            )
    return found


def chain_entries(
    part: Part,
    before: int,
    after: int,
    chain: Chain,
    payees: Mapping[str, str],
    currency: str,
    account: str,
    rounding: Rounding = "half_up",
) -> list[Entry]:
    """What a change of an order's base (0 -> 100.00 when it comes, back when it is refunded) brings
    to every level of a chain: the difference of two shares-out, so an order that is refunded in
    pieces ends at nothing for everybody and its ceiling holds at every moment.
    """
    old = {link.key: link for link in share_along(before, chain, currency, rounding)}
    found = []
    for link in share_along(after, chain, currency, rounding):
        payee = payees.get(link.key)
        if payee is None:
            raise _nobody(link.key)
        step = link.amount - old[link.key].amount
        if step:
            figures = (part.version, after - before, part.units, before, 0, 0, 0, (), (),
                       [link.mode, link.percent, link.gross, link.cut, link.amount])  # fmt: skip
            found.append(
                Entry(
                    f"{part.key}/{link.key}",
                    account,
                    part.sub,
                    part.kind,
                    part.order,
                    part.line,
                    part.other,
                    payee,
                    step,
                    currency,
                    part.state,
                    part.earned_in,
                    part.posted_in,
                    figures,
                )
            )
    return found


def _nobody(key: str) -> InvalidInput:
    message = text(f"「{key}」没有对应的合作方", f"there is no party for the share {key!r}")
    return InvalidInput(message, [Problem(f"/parties/{key}", message, "no_party")])
