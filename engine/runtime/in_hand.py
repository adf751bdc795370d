"""What a batch holds in its hands: runs and customers as they are worked on, and what they need."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import zstandard

from engine.core.execute import decide, dump_state, go_on
from engine.core.execution.version import Version
from engine.core.run import Decision, Signal

OVER = ("succeeded", "cancelled")  # statuses of runs that nothing moves any more
# An entry is about 900 bytes: level 1 takes twice as long and saves 80 of them.
_pack = zstandard.ZstdCompressor(level=-1).compress
_unpack = zstandard.ZstdDecompressor().decompress


def pack(raw: bytes) -> bytes:
    """Journal entries and states as they are stored."""
    return _pack(raw)


def unpack(packed: bytes) -> bytes:
    return _unpack(packed)


@dataclass(slots=True)
class Need:
    """Something of the store that a piece of work waits for; answered for the whole batch at once.

    `kind` names a loader in reads.py.
    """

    kind: str
    tenant: str
    args: Any


# A piece of work under way: yields what it needs, is sent the answers in order.
Steps = Generator[list[Need], list[Any], Any]


@dataclass(slots=True)
class RunInHand:
    """A run while it is worked on."""

    id: str
    tenant: str
    flow_id: str
    version_id: str
    version: Version
    event_id: str
    owner: str
    lane: int
    trigger: str
    started_at: datetime
    mode_key: str | None = None
    parent: str | None = None
    status: str = "running"
    seq: int = 0
    loaded: dict[str, Any] | None = None  # its state as it was stored
    last: Decision | None = None  # what was decided last, once something was
    is_new: bool = True
    updated_at: datetime | None = None
    ended_at: datetime | None = None
    output: Any = None
    error: Mapping[str, Any] | None = None
    packed: bytes | None = None

    @property
    def state(self) -> dict[str, Any] | None:
        """Made when somebody looks: of a run that goes ways known before nobody does."""
        return self.loaded if self.last is None else self.last.state

    def decide(self, signal: Signal) -> Decision:
        """What happens to it by one signal."""
        if self.last is None:
            return decide(self.version, self.loaded, signal)
        return go_on(self.version, self.last, signal)

    def put_away(self, *, is_told: bool) -> None:
        """Makes what is stored of the state: nothing once it is over, or if the journal tells."""
        kept = None if is_told or self.status in OVER else self.state
        self.packed = pack(dump_state(kept)) if kept else None


@dataclass(slots=True)
class Customer:
    """A customer while it is worked on; `record` is what expressions see.

    Identities are a query of their own and few ask for them: without them it is not `is_whole`.
    """

    id: str
    tenant: str
    record: dict[str, Any]
    row: Any
    is_changed: bool = False
    is_whole: bool = True
