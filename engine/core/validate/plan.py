"""A flow's document laid out for checking: every graph, every step with its type and its values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from pydantic import ValidationError

from engine.core.errors import EngineError, Problem
from engine.core.flow import Edge, Flow, Graph, Node, problems_of
from engine.core.forms import Entry, entries, title_at
from engine.core.node import NodeConfig, NodeType
from engine.core.ports import is_error, ports_of
from engine.core.registry import Registry
from engine.core.text import Text, text
from engine.core.validate.known import Known


@dataclass(eq=False)
class Spot:
    """One node where it stands. `config` is lifted to the present version; `model` is None when
    it is no valid config, `wrong` then says why.
    """

    node: Node
    path: str
    place: Place
    type: NodeType | None
    config: Mapping[str, Any]
    model: NodeConfig | None
    wrong: list[Problem]

    def __post_init__(self) -> None:
        self.id = self.node.id

    @cached_property
    def name(self) -> Text:
        """What people call it: its own name, else its type's."""
        if self.node.name.strip():
            return text(self.node.name, self.node.name)
        return self.type.label if self.type is not None else text(self.id, self.id)

    @cached_property
    def entries(self) -> list[Entry]:
        return entries(self.type.config, self.config) if self.type is not None else []

    @property
    def is_trigger(self) -> bool:
        return self.type is not None and self.type.kind == "trigger"

    @cached_property
    def may_time_out(self) -> bool:
        """Whether it can be left by `timeout`."""
        if self.node.timeout is not None:
            return True
        return self.type is not None and (
            self.type.waits or any(port.id == "timeout" for port in self.type.ports)
        )

    @cached_property
    def reminders(self) -> frozenset[str]:
        """Ports that are lit while the step goes on waiting (R4)."""
        if self.type is None or not (self.type.ports_from or "").startswith("reminders"):
            return frozenset(self.node.handlers)
        fixed = {port.id for port in self.type.ports}
        return frozenset(set(ports_of(self.type, self.config)) - fixed | set(self.node.handlers))

    @cached_property
    def takes_every(self) -> bool:
        """Whether several of its ports may be lit at once."""
        return self.config.get("mode") == "every" or self.config.get("every") is True

    def problem(
        self,
        at: str,
        code: str,
        message: Text,
        *,
        level: str = "error",
        field_path: str | None = None,
    ) -> Problem:
        """A problem that names the node, and the field when `field_path` (in the config) is given.

        `at` is relative to the node ("" is the node itself).
        """
        zh, en = f"「{self.name['zh']}」", f"“{self.name['en']}”"
        title = (
            title_at(self.type.config, field_path)
            if self.type is not None and field_path is not None
            else None
        )
        if title is not None:
            zh, en = f"{zh}的「{title['zh']}」", f"{en}, “{title['en']}”"
        said = text(f"{zh}：{message['zh']}", f"{en}: {message['en']}")
        return Problem(f"{self.path}{at}", said, code, self.id, level)


@dataclass(eq=False)
class Place:
    """One graph: the flow's own ("root"), a box's body, or a reminder's handler."""

    path: str
    graph: Graph
    kind: str
    holder: Spot | None
    spots: list[Spot] = field(default_factory=list)
    by_id: dict[str, Spot] = field(default_factory=dict)
    # Lines whose both ends are here, with their number in the document.
    lines: list[tuple[int, Edge]] = field(default_factory=list)

    @cached_property
    def incoming(self) -> dict[str, list[Edge]]:
        found: dict[str, list[Edge]] = {spot.id: [] for spot in self.spots}
        for _, edge in self.lines:
            found[edge.to].append(edge)
        return found

    @cached_property
    def outgoing(self) -> dict[str, list[Edge]]:
        found: dict[str, list[Edge]] = {spot.id: [] for spot in self.spots}
        for _, edge in self.lines:
            found[edge.from_].append(edge)
        return found

    @cached_property
    def order(self) -> list[Spot]:
        """The steps so that each comes after those before it; those on a cycle are left out."""
        left = {id_: len(edges) for id_, edges in self.incoming.items()}
        found = [spot for spot in self.by_id.values() if not left[spot.id]]
        for spot in found:  # grows while it is read
            for edge in self.outgoing[spot.id]:
                left[edge.to] -= 1
                if not left[edge.to]:
                    found.append(self.by_id[edge.to])
        return found

    @cached_property
    def ids(self) -> list[str]:
        """The steps' ids in `order`."""
        return [spot.id for spot in self.order]

    @cached_property
    def before(self) -> dict[str, frozenset[str]]:
        """For each step those that precede it in this graph."""
        found: dict[str, set[str]] = {spot.id: set() for spot in self.spots}
        for spot in self.order:
            for edge in self.outgoing[spot.id]:
                found[edge.to] |= found[spot.id] | {spot.id}
        return {id_: frozenset(ids) for id_, ids in found.items()}

    @cached_property
    def depth(self) -> int:
        return self.holder.place.depth + 1 if self.holder is not None else 1

    def chain(self) -> Iterator[tuple[Place, Spot]]:
        """The graphs around this one, each with the step that holds the next inner one."""
        here: Place = self
        while here.holder is not None:
            yield here.holder.place, here.holder
            here = here.holder.place


class Plan:
    """The whole document, ready to be checked."""

    def __init__(self, flow: Flow, registry: Registry, known: Known) -> None:
        self.flow = flow
        self.registry = registry
        self.known = known
        self.places: list[Place] = []
        self.spots: list[Spot] = []
        self.by_id: dict[str, Spot] = {}  # of doubled ids the first
        self._add("", flow, "root", None)

    @property
    def root(self) -> Place:
        return self.places[0]

    @cached_property
    def triggers(self) -> list[Spot]:
        return [spot for spot in self.root.spots if spot.is_trigger]

    def _add(self, path: str, graph: Graph, kind: str, holder: Spot | None) -> None:
        place = Place(path, graph, kind, holder)
        self.places.append(place)
        for index, node in enumerate(graph.nodes):
            spot = self._spot(node, f"{path}/nodes/{index}", place)
            self.spots.append(spot)
            self.by_id.setdefault(node.id, spot)
            if node.id not in place.by_id:
                place.by_id[node.id] = spot
                place.spots.append(spot)
            if node.body is not None:
                self._add(f"{spot.path}/body", node.body, "body", spot)
            for port, handler in node.handlers.items():
                self._add(f"{spot.path}/handlers/{port}", handler, "handler", spot)
        place.lines = [
            (index, edge)
            for index, edge in enumerate(graph.edges)
            if edge.from_ in place.by_id and edge.to in place.by_id
        ]

    def _spot(self, node: Node, path: str, place: Place) -> Spot:
        type_ = self.registry.node(node.type)
        config: Mapping[str, Any] = node.config
        spot = Spot(node, path, place, type_, config, None, [])
        if type_ is None or node.version > type_.version:
            return spot
        try:
            if node.version < type_.version and type_.upgrade is not None:
                spot.config = type_.upgrade(dict(config), node.version)
            spot.model = type_.config.model_validate(spot.config)
        except ValidationError as error:
            spot.wrong = problems_of(error)
        except EngineError as error:
            spot.wrong = [Problem("", error.message, error.code)]
        except RecursionError:
            spot.wrong = [Problem("", text("嵌套太深", "is nested too deeply"), "too_deep")]
        return spot


def exits_of(spot: Spot, drawn: Iterator[str] | list[str]) -> frozenset[str]:
    """The ports a step may be left by, as outcomes: reminders are none, all errors are one.

    An error nobody drew a line for is no outcome: it stops the scope.
    """
    ports = set(drawn)
    if any(is_error(port) for port in ports):
        ports = {port for port in ports if not is_error(port)} | {"error"}
    if spot.type is None:
        return frozenset(ports | {"?"})
    if spot.type.kind == "join":
        own = {"out", "not_reached"} if spot.config.get("mode") == "n" else {"out"}
    else:
        own = set(ports_of(spot.type, spot.config))
    if spot.may_time_out:
        own.add("timeout")
    return frozenset((own | (ports & {"error"})) - spot.reminders)
