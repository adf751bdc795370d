"""Effects: what a step wants done in the world, as data.

A node never acts. It returns effects; the runtime applies internal ones in the step's transaction
and puts external ones into the outbox. Both carry a key that makes a second delivery harmless.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

# What a repetition would do, and so what happens when no answer comes (SEMANTICS R10).
EffectClass = Literal["pure", "read", "message", "write", "money"]
EffectStatus = Literal["pending", "sending", "delivered", "failed", "unknown", "withheld"]

# From what may be done again at will to what a person decides about.
_STRICTNESS: tuple[EffectClass, ...] = ("pure", "read", "write", "message", "money")

CALL = "call"  # an external effect: one action of one connection


# Not frozen, for the reason node.Done is not.
@dataclass(slots=True)
class Effect:
    """One thing to be done.

    `kind` is `call` for a connector's action or the name of an internal effect such as
    `customer.tag`. `args` are JSON values. `connection` and `action` belong to calls. `subject` is
    whom it concerns ("customer:cus_1"): effects of one connection and one subject go out in the
    order made. `owner` is whose lane applies an internal effect ("customer:cus_1"); None means the
    run's own.
    """

    kind: str
    args: Mapping[str, Any] = field(default_factory=dict)
    effect_class: EffectClass = "write"
    connection: str | None = None
    action: str | None = None
    subject: str | None = None
    owner: str | None = None
    label: str = ""


def stricter(one: str, other: str) -> str:
    """Of two effect classes the one that is repeated with more care; an unknown one counts least.

    A step says a class of its own and so does the action it calls: the world is the same.
    """
    rank: dict[str, int] = {name: place for place, name in enumerate(_STRICTNESS)}
    return one if rank.get(one, -1) >= rank.get(other, -1) else other


def effect_key(run: str, scope: str, step: str, take: int, n: int) -> str:
    """The key of a step's n-th effect: the same for every attempt, new for every take.

    The run id is in front so that keys made together lie together in an index.
    """
    return key_at(run, place_in_run(scope, step, take, n))


def key_at(run: str, place: str) -> str:
    """The key of the effect at a `place_in_run`."""
    return f"eff_{run.removeprefix('run_')}_{place}"


@lru_cache(maxsize=4_096)
def place_in_run(scope: str, step: str, take: int, n: int) -> str:
    """A short name for a place in a run: the same in every run, and most runs have few."""
    path = f"{scope}\x1f{step}\x1f{take}\x1f{n}".encode()
    return hashlib.blake2b(path, digest_size=8).hexdigest()
