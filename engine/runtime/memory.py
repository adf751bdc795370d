"""What a process keeps in memory of each tenant: compiled flow versions and who listens to what.

Published versions never change, so they are compiled once. Which of them are live, and which
connections there are, may change: `refresh` reads one number per tenant (`generation`) once per
batch and loads anew what has moved.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from engine.core.connector import ConnectorType
from engine.core.event import Event
from engine.core.event_types import (
    EVENT_TYPES,
    event_schema,
    load_scope,
    patterns_of,
    scope_schema,
)
from engine.core.execution.version import Version, compile_version
from engine.core.expression import compile_expression
from engine.core.flow import Flow, graphs, load_flow
from engine.core.forms import entries
from engine.core.match import Listener, Matcher, listeners_of
from engine.core.registry import Registry
from engine.core.validate import Known, schema_of_flow
from engine.store.db import Connection
from engine.store.event_types import list_own_types
from engine.store.flows import generations, live_versions, versions_by_id
from engine.store.products import has_products
from engine.store.rate_cards import has_published

log = structlog.get_logger(__name__)
KEPT_VERSIONS = 500
KEPT_TYPES = 1000
KEPT_EVENTS = 600  # typed; as many of those before


def offered_types(own: Mapping[str, Any]) -> Known:
    """What a check or a compiler may know of event types: the built-in ones and the tenant's own.

    `own` is {type: schema}. Of connections and flows it says nothing.
    """
    if not own:
        return Known()
    return Known(event_schema=lambda type_: event_schema(type_, own.get(type_)), event_types=own)


@dataclass(slots=True)
class LiveFlow:
    """One published flow as a worker needs it."""

    key: str
    flow_id: str
    version_id: str
    version: Version


@dataclass(slots=True)
class TenantMemory:
    """One tenant as of `generation`."""

    generation: int
    flows: dict[str, LiveFlow] = field(default_factory=dict)  # by flow id
    by_key: dict[str, LiveFlow] = field(default_factory=dict)
    matcher: Matcher = field(default_factory=lambda: Matcher(()))
    # Versions that could not be compiled here (a node type that is gone): {flow id: why}
    broken: dict[str, Exception] = field(default_factory=dict)
    # Schemas of the tenant's own event types. One object each for as long as they are the same:
    # what is compiled of a schema is found by the object.
    own_types: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Event types and prefixes ("order.*") that live flows wait for in mid-course.
    awaited: frozenset[str] = frozenset()
    # What `hears` has found out already: it is asked several times of each run.
    heard: dict[str, bool] = field(default_factory=dict)
    # Whether a rate card is published: orders of others are not looked at by settlement.
    settles: bool = False
    # Whether there are products: only then is it worth telling that goods are mapped to none.
    keeps_products: bool = False
    # Whether a trigger or the key of a run mode reads the customer an event is about.
    asks_customer: bool = False

    def hears(self, type_: str) -> bool:
        """Whether anybody listens to this type: nobody needs an event of our own otherwise."""
        known = self.heard.get(type_)
        if known is None:
            known = self.matcher.hears(type_) or not self.awaited.isdisjoint(patterns_of(type_))
            if len(self.heard) < KEPT_TYPES:  # a flow may publish any type
                self.heard[type_] = known
        return known

    def schema_for(self, type_: str) -> dict[str, Any] | None:
        """The names of an event type, where its data is known: a field left out is then null."""
        own = self.own_types.get(type_)
        return scope_schema(type_, own) if own is not None or type_ in EVENT_TYPES else None


class Memory:
    """All tenants' memory of one process."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        # {tenant: (generation, {key: row and connector})} of those that events came in by.
        self.connections: dict[str, tuple[int, dict[str, tuple[Any, ConnectorType]]]] = {}
        self._tenants: dict[str, TenantMemory] = {}
        self._versions: OrderedDict[str, Version] = OrderedDict()
        # Events of late, typed: settlement takes up what flows have just read.
        self._typed: dict[str, tuple[Event, dict[str, Any]]] = {}
        self._typed_before: dict[str, tuple[Event, dict[str, Any]]] = {}

    def refresh(self, conn: Connection) -> None:
        """Loads what has changed since the last batch."""
        now = generations(conn)
        for tenant, generation in now.items():
            held = self._tenants.get(tenant)
            if held is None or held.generation != generation:
                self._tenants[tenant] = self._load(conn, tenant, generation)
        for gone in self._tenants.keys() - now.keys():
            del self._tenants[gone]

    def tenant(self, tenant: str) -> TenantMemory:
        return self._tenants.get(tenant) or TenantMemory(0)

    def typed(self, event_id: str, event: Event) -> dict[str, Any]:
        """The names an event of a type known to all brings; for a while they are kept."""
        held = self._typed.get(event_id) or self._typed_before.get(event_id)
        # What was stored may have been erased in part since.
        if held is None or held[0] != event:
            if len(self._typed) >= KEPT_EVENTS:
                self._typed_before, self._typed = self._typed, {}
            held = self._typed[event_id] = (event, load_scope(event))
        return held[1]

    def compiled(self, version_id: str) -> Version | None:
        """A version, where it is compiled already."""
        return self._versions.get(version_id)

    def versions(self, conn: Connection, tenant: str, ids: Iterable[str]) -> dict[str, Version]:
        """Compiled versions by id; those that cannot be compiled are left out."""
        wanted = set(ids)
        # Held here first: keeping a new one may push an old one out that is wanted too.
        found = {id_: self._versions[id_] for id_ in wanted if id_ in self._versions}
        for id_ in found:
            self._versions.move_to_end(id_)
        missing = wanted - found.keys()
        if missing:
            for id_, row in versions_by_id(conn, tenant, missing).items():
                try:
                    found[id_] = self._compile(conn, tenant, row, self.tenant(tenant).own_types)
                except Exception as why:
                    log.error("version cannot be compiled", version=id_, error=repr(why)[:200])
                    continue
                self._keep(id_, found[id_])
        return found

    def _keep(self, id_: str, version: Version) -> None:
        self._versions[id_] = version
        while len(self._versions) > KEPT_VERSIONS:
            self._versions.popitem(last=False)

    def _compile(self, conn: Connection, tenant: str, row: Any, own: Mapping[str, Any]) -> Version:
        pinned = versions_by_id(conn, tenant, (row.sub_flows or {}).values())
        flow, known = load_flow(row.document), offered_types(own)
        return compile_version(
            flow,
            self.registry,
            schema=lambda each: schema_of_flow(each, self.registry, known),
            sub_flows={
                key: load_flow(pinned[id_].document)
                for key, id_ in (row.sub_flows or {}).items()
                if id_ in pinned
            },
            params=row.params or {},
        )

    def _load(self, conn: Connection, tenant: str, generation: int) -> TenantMemory:
        found = TenantMemory(generation)
        found.own_types = self._own_types(conn, tenant)
        found.settles = has_published(conn, tenant)
        found.keeps_products = has_products(conn, tenant)
        live = live_versions(conn, tenant)
        rows = versions_by_id(conn, tenant, [row.live_version for row in live])
        listeners: list[Listener] = []
        awaited: set[str] = set()
        for key, flow_id, version_id in live:
            try:
                version = self._versions.get(version_id)
                if version is None:
                    version = self._compile(conn, tenant, rows[version_id], found.own_types)
                    self._keep(version_id, version)
                heard = listeners_of(
                    flow_id,
                    rows[version_id].number,
                    version.triggers,
                    params=version.params,
                    schema=found.schema_for,
                )
            except Exception as why:
                # One flow that this process cannot run must not stop all others.
                log.error("flow cannot be loaded", flow=flow_id, error=repr(why)[:200])
                found.broken[flow_id] = why
                continue
            flow = LiveFlow(key, flow_id, version_id, version)
            found.flows[flow_id] = flow
            found.by_key[key] = flow
            listeners += heard
            awaited |= set(_awaited(version.flow, self.registry))
        found.matcher = Matcher(listeners)
        keys = [flow.version.flow.run_mode.key for flow in found.flows.values()]
        asked = [compile_expression(key) for key in keys if key]
        for listener in listeners:
            parts = (listener.condition, listener.key, listener.distinct)
            asked += [part for part in parts if part is not None]
        found.asks_customer = any(path[0] == "customer" for one in asked for path in one.paths)
        found.awaited = frozenset(awaited)
        return found

    def _own_types(self, conn: Connection, tenant: str) -> dict[str, dict[str, Any]]:
        """The tenant's own types; when they have changed, versions are compiled anew."""
        held = self.tenant(tenant).own_types
        now = {row.type: row.schema for row in list_own_types(conn, tenant)}
        if now == held:
            return held
        if tenant in self._tenants:
            self._versions.clear()
        return now


def _awaited(flow: Flow, registry: Registry) -> Iterator[str]:
    """The event types that steps of a flow wait for."""
    for _, graph, _ in graphs(flow):
        for node in graph.nodes:
            type_ = registry.node(node.type)
            if type_ is not None and type_.kind != "trigger":
                for entry in entries(type_.config, node.config):
                    if entry.widget == "event_type" and isinstance(entry.value, str):
                        yield entry.value
