"""When Python looks for rings of garbage in a test run."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Objects more than before; of which times all that live is looked at. What is kept in memory grows
# by some fifty an order until the shelves are full: below that, looking is for nothing.
_MUCH, _SELDOM = 600_000, 50


@contextmanager
def collecting_seldom() -> Iterator[Callable[[], None]]:
    """Rings of garbage are looked for when much is new, not after each few hundred objects.

    A wave makes and drops objects by the hundred thousand, nearly none of them in rings; looking
    at all that live again and again would take a third of the time. Call what is given each wave.
    """
    was_on, times = gc.isenabled(), 0
    gc.disable()

    def collect() -> None:
        nonlocal times
        if gc.get_count()[0] > _MUCH:
            times += 1
            gc.collect(2 if times % _SELDOM == 0 else 1)

    try:
        yield collect
    finally:
        if was_on:
            gc.enable()
