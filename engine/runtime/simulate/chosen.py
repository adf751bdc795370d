"""The version under test: found, checked before anything runs, and the flows it calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.core.errors import InvalidFlow, NotFound
from engine.core.execution.version import Version, compile_version
from engine.core.flow import Flow, graphs, load_flow
from engine.core.forms import entries
from engine.core.ids import derived_id
from engine.core.registry import Registry
from engine.core.text import text
from engine.core.validate import Known, schema_of_flow, validate
from engine.runtime.publish import known
from engine.runtime.simulate.asked import Setup
from engine.runtime.world import World
from engine.store import flows as flow_store
from engine.store.db import Connection


@dataclass(frozen=True, slots=True)
class Chosen:
    """One version of a flow as a test run takes it. `row` is the flow's row, None for a new one.

    `number` is 0 for what is not published. `pinned` are the versions of the flows it calls.
    """

    which: str
    number: int
    flow: Flow
    flow_id: str
    row: Any
    params: dict[str, Any]
    pinned: dict[str, str]


def choose(world: World, conn: Connection, tenant: str, setup: Setup, which: str) -> Chosen:
    """A version by "draft", "live" or number; with `setup.document` that instead of the draft.

    NotFound when there is none. InvalidFlow, before anything runs, when a draft could not be
    published.
    """
    row = flow_store.find_flow(conn, tenant, setup.flow)
    document = setup.document if which == "draft" else None
    if row is None and document is None:
        raise NotFound(text(f"没有编号为 {setup.flow} 的流程", f"there is no flow {setup.flow}"))
    flow_id = row.id if row is not None else derived_id("flow", "test-run", setup.flow)
    if which != "draft":
        return _published(conn, tenant, row, which, setup)
    if document is None and row is not None:
        document = row.draft
    if document is None:
        raise NotFound(text("流程没有草稿", "the flow has no draft"))
    flow = load_flow(document)
    if flow.key != setup.flow:
        raise InvalidFlow(
            text(f"流程编号应为 {setup.flow}", f"the flow's key must be {setup.flow}")
        )
    offers = known(world, conn, tenant)
    errors = [one for one in validate(flow, world.registry, known=offers) if one.level == "error"]
    if errors:
        raise InvalidFlow(
            text(
                f"还有 {len(errors)} 处问题，不能试运行",
                f"{len(errors)} problems keep it from being run",
            ),
            errors,
        )
    live = offers.flows or {}
    pinned = {key: live[key] for key in called(flow, world.registry) if key in live}
    params = setup.params if setup.params is not None else (row.params if row else None) or {}
    return Chosen("draft", 0, flow, flow_id, row, dict(params), pinned)


def _published(conn: Connection, tenant: str, row: Any, which: str, setup: Setup) -> Chosen:
    if which == "live":
        held = flow_store.versions_by_id(conn, tenant, [row.live_version or ""])
        version = held.get(row.live_version)
    else:
        version = flow_store.find_version(conn, tenant, row.id, int(which))
    if version is None:
        raise NotFound(
            text(f"流程 {row.key} 还没有发布", f"flow {row.key} is not live yet")
            if which == "live"
            else text(f"流程 {row.key} 没有版本 {which}", f"flow {row.key} has no version {which}")
        )
    params = setup.params if setup.params is not None else version.params or {}
    return Chosen(
        which,
        version.number,
        load_flow(version.document),
        row.id,
        row,
        dict(params),
        dict(version.sub_flows or {}),
    )


def called(flow: Flow, registry: Registry) -> list[str]:
    """Keys of the flows it calls, each once."""
    return list(dict.fromkeys(_called(flow, registry)))


def _called(flow: Flow, registry: Registry) -> Iterator[str]:
    for _, graph, _ in graphs(flow):
        for node in graph.nodes:
            type_ = registry.node(node.type)
            for entry in entries(type_.config, node.config) if type_ else ():
                if entry.widget == "flow" and isinstance(entry.value, str) and entry.value:
                    yield entry.value


def all_called(conn: Connection, tenant: str, chosen: Chosen, registry: Registry) -> list[str]:
    """Keys of all flows that may be called in turn."""
    found: list[str] = []
    todo = called(chosen.flow, registry)
    live = {row.key: row.live_version for row in flow_store.live_versions(conn, tenant)}
    while todo:
        key = todo.pop()
        if key in found or key == chosen.flow.key or key not in live:
            continue
        found.append(key)
        row = flow_store.versions_by_id(conn, tenant, [live[key]])[live[key]]
        todo += called(load_flow(row.document), registry)
    return found


def compiled(
    chosen: Chosen, pinned: Mapping[str, Any], registry: Registry, offers: Known
) -> Version:
    """A chosen version ready to decide; `pinned` are the rows of the versions it calls."""
    return compile_version(
        chosen.flow,
        registry,
        schema=lambda each: schema_of_flow(each, registry, offers),
        sub_flows={
            key: load_flow(pinned[id_].document)
            for key, id_ in chosen.pinned.items()
            if id_ in pinned
        },
        params=chosen.params,
    )
