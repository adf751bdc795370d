"""Entries that are shared out: over service nodes, departments, partners.

An account's entry is one amount; a term with a `split` makes one entry for each share of it. Parts
sum to the entry exactly, a claw-back mirrors what it takes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.core.errors import InvalidInput, Problem
from engine.core.text import text
from engine.settlement.entry import Entry
from engine.settlement.split import Part, Splitter

Given = dict[tuple[str, str, str, str], int]


def share_entries(
    entries: Iterable[Entry],
    splitter: Splitter,
    payees: Mapping[str, str],
    given: Given,
    direction: str = "pay",
) -> list[Entry]:
    """Each entry as one for every share it changes; its key ends in "/<share>".

    1. `given` is what the account has given for each line so far (minor units, by `line_of`).
    2. A share gets the difference between its part of that sum after and before the entry: whatever
       order and refunds do, the shares of a line sum to what it gave, and a line that was given
       back in pieces leaves nothing with anybody.
    `payees` is the party by share key (a role or the party itself). InvalidInput when a share has
    nobody. The entry's own account keeps its totals: only who is paid (or pays, with `direction`
    "charge") differs.
    """
    found = []
    for entry in entries:
        slot = line_of(entry)
        before = given.get(slot, 0)
        given[slot] = after = before + entry.minor
        for old, part in zip(splitter.parts(before), splitter.parts(after), strict=True):
            payee = payees.get(part.key)
            if payee is None:
                raise _nobody(part.key)
            step = part.amount - old.amount
            if not step and entry.minor:
                continue
            found.append(_share(entry, part, step, payee, direction, after))
    return found


def _share(entry: Entry, part: Part, step: int, payee: str, direction: str, total: int) -> Entry:
    picks = entry.figures[8] if len(entry.figures) > 8 else ()
    share = [part.kind, part.value, total, part.amount, part.remainder]
    made = entry._replace(
        key=share_key(entry.key, part.key),
        minor=step,
        figures=(*entry.figures[:8], picks, share),
    )
    if direction == "pay":
        return made._replace(to_account=payee)
    return made._replace(from_account=payee)


def line_of(entry: Entry) -> tuple[str, str, str, str]:
    """What an entry was given for: an account's part and a line of an order."""
    return entry.account, entry.sub, entry.order, entry.line


def share_key(key: str, share: str) -> str:
    """The effect key of one share of an entry."""
    return f"{key}/{share}"


def is_party(key: str) -> bool:
    """Whether a share's key names a party itself, not a role that an order brings."""
    return key == "brand" or key.startswith("pty_")


def _nobody(key: str) -> InvalidInput:
    message = text(f"「{key}」没有对应的合作方", f"there is no party for the share {key!r}")
    return InvalidInput(message, [Problem(f"/parties/{key}", message, "no_party")])
