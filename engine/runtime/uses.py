"""Where a name a tenant keeps is used: which steps of which flows have it in their forms.

Read off the forms, so a new node needs nothing here: a field with the widget `calendar` names a
calendar, one with `event_type` an event type, or several by a pattern ("testdrive.*").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from engine.core.flow import Flow, Node, graphs, load_flow
from engine.core.forms import entries
from engine.core.text import Locale
from engine.runtime.world import World
from engine.store import flows as flow_store


@dataclass(frozen=True, slots=True)
class Use:
    """A step that names it: in the draft, in the published version (paused or not), or in both."""

    flow: str
    flow_name: str
    node: str
    step: str
    in_draft: bool
    is_live: bool


def find_uses(
    world: World,
    tenant: str,
    widget: str,
    names: Callable[[str], bool],
    locale: Locale = "zh",
) -> list[Use]:
    """Every step with a value of this widget that `names` it, flow by flow; archived ones aside."""
    found = []
    with world.db.reading() as conn:
        rows = flow_store.list_drafts(conn, tenant)
        live = flow_store.versions_by_id(
            conn, tenant, [row.live_version for row in rows if row.live_version]
        )
    for row in rows:
        version = live.get(row.live_version)
        steps: dict[str, tuple[str, set[str]]] = {}
        for place, document in (("draft", row.draft), ("live", version and version.document)):
            for node in _naming(world, document, widget, names):
                type_ = world.registry.node(node.type)
                step = node.name or (type_.label[locale] if type_ else node.type)
                steps.setdefault(node.id, (step, set()))[1].add(place)
        found += [
            Use(row.key, row.name, id_, step, "draft" in places, "live" in places)
            for id_, (step, places) in steps.items()
        ]
    return found


def _naming(
    world: World, document: Any, widget: str, names: Callable[[str], bool]
) -> Iterator[Node]:
    if not document:
        return
    flow: Flow = load_flow(document)
    for _, graph, _ in graphs(flow):
        for node in graph.nodes:
            type_ = world.registry.node(node.type)
            if type_ is not None and any(
                one.widget == widget and isinstance(one.value, str) and names(one.value)
                for one in entries(type_.config, node.config)
            ):
                yield node
