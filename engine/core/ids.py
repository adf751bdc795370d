"""Ids: a prefix that says what it is, and 26 characters that sort by the time it was made.

    evt_01KBC3W5A0 7Y2ZK4T0N9Q5V1WX
        48 bits ms  80 bits (or 64 of a hash, for derived ids), Crockford base 32

Ids made together lie together in an index, which halves the cost of storing them. Of the 80
bits 24 count and 56 are at random: ids of one process sort as they were made within a millisecond
too.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from engine.core.errors import InvalidInput
from engine.core.text import text

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ID_PATTERN = r"^[a-z]{2,8}_[0-7][0-9A-HJKMNP-TV-Z]{25}$"

_PAIRS = tuple(high + low for high in ALPHABET for low in ALPHABET)  # 10 bits at a time
_BODY = re.compile(r"(?:^|_)([0-7][0-9A-HJKMNP-TV-Z]{9})[0-9A-HJKMNP-TV-Z]{16}(?:_|$)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)
_LAST = 2**48 - 1
_made = itertools.count()  # by this process; it begins anew after 2^24


def new_id(prefix: str, now: datetime) -> str:
    """An id made at `now` (aware): unique, sorted as they are made, not to be guessed."""
    return f"{prefix}_{_written_time(now)}{_written(_tail())}"


def id_maker(prefix: str, now: datetime) -> Callable[[], str]:
    """A function that makes ids of one moment, each sorting after the one before.

    For batches: a third of the cost of new_id. It starts at random and goes on in steps, so ids of
    one batch can be guessed from each other; never use it for a link that must not be found.
    """
    start = f"{prefix}_{_written_time(now)}"
    # The top bit of what counts is left free: room for 2^39 steps, more than any batch takes.
    at = _tail()
    start += "".join(_PAIRS[at >> shift & 1023] for shift in (70, 60, 50, 40))
    low = at & ((1 << 39) - 1)
    pairs = _PAIRS

    def make() -> str:
        nonlocal low
        low += 1
        return (
            f"{start}{pairs[low >> 30 & 1023]}{pairs[low >> 20 & 1023]}"
            f"{pairs[low >> 10 & 1023]}{pairs[low & 1023]}"
        )

    return make


def derived_id(prefix: str, base: str, *parts: str, at: datetime | None = None) -> str:
    """The one id for (base, parts): the same whenever it is asked, another for other parts.

    It keeps the base id's time, so it lies near it in an index; the rest is a hash of everything,
    the prefix included. A base that is no id has no time: then it is `at`, the same each time the
    same id is asked for, and where that is not given all of it is hash, which sorts anywhere.
    """
    # Lengths in front, so that ("ab", "c") and ("a", "bc") differ.
    whole = f"{len(prefix)}:{prefix}{len(base)}:{base}"
    for part in parts:
        whole += f"{len(part)}:{part}"
    digest = hashlib.blake2b(whole.encode("utf-8", "surrogatepass"), digest_size=14).hexdigest()
    # Hexadecimal digits are letters of ours too, and the quickest to write: 64 bits of hash.
    time = _time_in(base) or (_written_time(at) if at else _written_ms(int(digest[16:], 16)))
    return f"{prefix}_{time}{digest[:16].upper()}"


def first_id(prefix: str, at: datetime) -> str:
    """The least id there can be of a moment: ids >= it were made at or after that millisecond."""
    return f"{prefix}_{_written_time(at)}{'0' * 16}"


def is_id(value: str, prefix: str | None = None) -> bool:
    """Whether a text is written as an id, of one prefix where it is given."""
    return re.fullmatch(ID_PATTERN[1:-1], value) is not None and (
        prefix is None or value.startswith(f"{prefix}_")
    )


def made_at(id_: str) -> datetime:
    """When an id was made, to the millisecond, in UTC; InvalidInput when it is none."""
    time = _time_in(id_)
    if time is None:
        raise InvalidInput(text("编号格式不对", "this is no id"))
    ms = 0
    for letter in time:
        ms = ms * 32 + ALPHABET.index(letter)
    try:
        return _EPOCH + ms * _MS
    except OverflowError:
        raise InvalidInput(text("编号格式不对", "this is no id")) from None


def lane_of(tenant: str, owner: str, lanes: int) -> int:
    """The lane whose turn keeps the order of everything of one owner: 0 .. lanes - 1."""
    if lanes == 1:
        return 0
    return zlib.crc32(f"{tenant}|{owner}".encode("utf-8", "surrogatepass")) % lanes


def _tail() -> int:
    """What stands behind the time: how many were made before, and what nobody can guess."""
    return (next(_made) & 0xFFFFFF) << 56 | int.from_bytes(os.urandom(7))


def _time_in(id_: str) -> str | None:
    """The ten letters of an id that tell its time, also where it stands within a longer name."""
    prefix, _, body = id_.partition("_")
    # An id alone, as nearly all are, is known without the search, which takes five times as long.
    if len(body) == 26 and not body.strip(ALPHABET) and body[0] < "8" and prefix.islower():
        return body[:10]
    found = _BODY.search(id_)
    return found[1] if found else None


def _written_time(at: datetime) -> str:
    ms = (at - _EPOCH) // _MS
    if not 0 <= ms <= _LAST:
        raise InvalidInput(text("时间早于 1970 年", "the time is before 1970"))
    return _written_ms(ms)


def _written_ms(ms: int) -> str:
    pairs = _PAIRS
    return (
        f"{pairs[ms >> 40]}{pairs[ms >> 30 & 1023]}{pairs[ms >> 20 & 1023]}"
        f"{pairs[ms >> 10 & 1023]}{pairs[ms & 1023]}"
    )


def _written(value: int) -> str:
    """80 bits as 16 characters."""
    pairs = _PAIRS
    return (
        f"{pairs[value >> 70]}{pairs[value >> 60 & 1023]}{pairs[value >> 50 & 1023]}"
        f"{pairs[value >> 40 & 1023]}{pairs[value >> 30 & 1023]}{pairs[value >> 20 & 1023]}"
        f"{pairs[value >> 10 & 1023]}{pairs[value & 1023]}"
    )
