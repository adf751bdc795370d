"""What the installation offers a flow, as far as whoever asks can tell."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from engine.core.event_types import EVENT_TYPES, event_schema, matches
from engine.core.records.schema import as_expressions_see, customer_schema
from engine.core.schema import follow

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Known:
    """What there is. Whatever is None is not known, and then nothing is said about it.

    connections      {key: connector type}
    flows            {key: published version}
    event_schema     event type -> JSON Schema of its `data`; without it the types of
                     engine.core.event_types are known
    event_types      the tenant's own event types beside the built-in ones
    customer_schema  the customer as expressions see it, with the tenant's own fields
    locked           {JSON pointer into the document: the value head office has locked}
    """

    connections: Mapping[str, str] | None = None
    flows: Mapping[str, Any] | None = None
    event_schema: Callable[[str], Schema | None] | None = None
    event_types: Collection[str] | None = None
    customer_schema: Schema | None = None
    locked: Mapping[str, Any] = field(default_factory=dict)

    def data_of(self, type_: str) -> Schema | None:
        """The schema of an event type's `data`, references followed; None when nobody knows it.

        For "order.*" it is that of the first type under it: all of them carry the same record.
        """
        if type_.endswith("*"):
            every = [*EVENT_TYPES, *(self.event_types or ())]
            type_ = next((one for one in every if matches(type_, one)), type_)
        if self.event_schema is None or self.event_schema is event_schema:
            return _built_in(type_)
        return _readable(self.event_schema(type_))

    def customer(self) -> Schema:
        return self.customer_schema if self.customer_schema is not None else customer_schema()

    def is_event(self, type_: str) -> bool:
        """Whether an event type, or one under a prefix, is known."""
        every = [*EVENT_TYPES, *(self.event_types or ())]
        return any(matches(type_, one) for one in every)


@lru_cache(maxsize=256)
def _built_in(type_: str) -> Schema | None:
    return _readable(event_schema(type_))


def _readable(found: Schema | None) -> Schema | None:
    if not found or "properties" not in found:
        return None
    whole = inlined(as_expressions_see(found))
    return whole if isinstance(whole, Mapping) else None


def inlined(schema: Any, root: Any = None, depth: int = 0) -> Any:
    """A schema without references, so that it can stand inside another; {} below 24 levels."""
    root = schema if root is None else root
    if depth > 24:
        return {}
    if isinstance(schema, list):
        return [inlined(one, root, depth + 1) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    schema = follow(schema, root)
    return {
        key: inlined(value, root, depth + 1)
        for key, value in schema.items()
        if key not in ("$defs", "definitions", "$schema", "$id")
    }
