"""A flow compiled for running: everything that can be known before the first event is known here.

`compile_version` turns a document into an immutable `Version`: configs validated once (old ones
lifted), lines in and out of every step, what precedes what, joins, expressions compiled. Graphs are
kept flat under short ids, because a run's state names them:

    ""            the flow itself            "n5"         the body of n5
    "n5/n6"       the body of n6 inside it   "n7~remind"  a handler of n7
    "flow:vip"    a sub-flow on the same record, "flow:vip/n5" a body inside that
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from engine.core.errors import EngineError, InvalidFlow, Problem
from engine.core.execution.joins import join_of, plan_join
from engine.core.execution.steps import CompiledGraph, Step
from engine.core.execution.texts import Schema, Texts
from engine.core.execution.way import Ways
from engine.core.flow import Edge, Flow, Graph, Node, problems_of
from engine.core.node import Ask, Context, Done, NodeType, Prepared
from engine.core.registry import Registry
from engine.core.text import text
from engine.core.triggers import Entrance, Start

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """An immutable, runnable flow.

    names            dotted paths its expressions, conditions and templates read
    customer_fields  the customer's fields among them; "*" when the whole customer is read
    triggers         what starts it, by node id
    params           defaults of its parameters, overlaid by those given to `compile_version`
    """

    key: str
    flow: Flow
    graphs: Mapping[str, CompiledGraph]
    names: frozenset[str]
    customer_fields: frozenset[str]
    triggers: Mapping[str, Start]
    params: Mapping[str, Any]
    ways: dict[str, Ways] = field(default_factory=dict, repr=False)  # by trigger, see routes.py


def compile_version(
    flow: Flow,
    registry: Registry,
    *,
    sub_flows: Mapping[str, Flow] = _NOTHING,
    params: Mapping[str, Any] = _NOTHING,
    schema: Schema | Callable[[Flow], Schema] | None = None,
) -> Version:
    """The flow ready to run, with the sub-flows it calls on its own record pinned inside.

    `schema` is the JSON Schema of an expression's scope, or makes one for each flow: a field it
    lists is null when absent.
    Raises InvalidFlow with a problem per node that cannot be compiled: unknown type, wrong config,
    a line to nowhere, two of one id, a cycle.
    """
    build = _Build(registry, schema)
    build.add_flow("", flow, params)
    for key, called in sub_flows.items():
        build.add_flow(f"flow:{key}", called, _NOTHING)
    # A flow may call itself.
    build.graphs.setdefault(f"flow:{flow.key}", build.graphs[""])
    if build.problems:
        message = text("流程无法运行", "the flow cannot be run")
        raise InvalidFlow(message, build.problems)
    return Version(
        key=flow.key,
        flow=flow,
        graphs=MappingProxyType(build.graphs),
        names=frozenset[str]().union(*(texts.names for texts in build.all_texts)),
        customer_fields=frozenset[str]().union(*(texts.customer for texts in build.all_texts)),
        triggers=MappingProxyType(build.triggers),
        params=build.graphs[""].params,
    )


def defaults(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The defaults a parameter schema (JSON Schema, type object) states."""
    properties = schema.get("properties")
    if not isinstance(properties, Mapping):
        return {}
    return {
        name: found["default"]
        for name, found in properties.items()
        if isinstance(found, Mapping) and "default" in found
    }


class _Build:
    """Collects graphs, triggers, texts and problems while the documents are walked."""

    def __init__(
        self, registry: Registry, schema: Schema | Callable[[Flow], Schema] | None
    ) -> None:
        self.registry = registry
        self.schema = schema
        self.graphs: dict[str, CompiledGraph] = {}
        self.triggers: dict[str, Start] = {}
        self.texts = Texts()
        self.all_texts: list[Texts] = []
        self.problems: list[Problem] = []

    def add_flow(self, graph_id: str, flow: Flow, params: Mapping[str, Any]) -> None:
        self.texts = Texts(self.schema(flow) if callable(self.schema) else self.schema)
        self.all_texts.append(self.texts)
        given = MappingProxyType({**defaults(flow.params), **params})
        todo: list[tuple[str, Graph, str]] = [(graph_id, flow, "")]
        while todo:
            here, graph, path = todo.pop()
            is_flow = graph is flow
            self.graphs[here] = self._graph(
                here, flow.key, graph, path, given if is_flow else _NOTHING, is_flow
            )
            for index, node in enumerate(graph.nodes):
                at = f"{path}/nodes/{index}"
                if node.body is not None:
                    todo.append((_inside(here, node.id), node.body, f"{at}/body"))
                for port, handler in node.handlers.items():
                    todo.append(
                        (f"{_inside(here, node.id)}~{port}", handler, f"{at}/handlers/{port}")
                    )

    def _graph(
        self,
        graph_id: str,
        flow_key: str,
        graph: Graph,
        path: str,
        params: Mapping[str, Any],
        is_flow: bool,
    ) -> CompiledGraph:
        """1. Steps. 2. Lines. 3. Order, and with it what precedes what. 4. Joins. 5. The entry."""
        steps: dict[str, Step] = {}
        triggers: list[Step] = []
        for index, node in enumerate(graph.nodes):
            at = f"{path}/nodes/{index}"
            if node.id in steps:
                self._wrong(at, node, "编号重复", "this id is used twice", "duplicate_id")
                continue
            step = self._step(graph_id, flow_key, node, at)
            if step is None:
                continue
            steps[node.id] = step
            if step.type.kind == "trigger":
                triggers.append(step)
                if graph_id == "" and step.type.start is not None:
                    self.triggers[step.id] = step.type.start(step.config)
        self._connect(steps, graph.edges, path)
        order = self._order(steps, path)
        for step in order:
            if step.join is not None:
                plan_join(step, step.join, order)
        entry = None
        if is_flow and triggers:
            entry = next((step for step in triggers if _is_entrance(step)), triggers[0])
        return CompiledGraph(
            id=graph_id,
            flow_key=flow_key,
            steps=MappingProxyType(steps),
            order=order,
            starts=tuple(step for step in steps.values() if not step.incoming),
            entry=entry,
            params=params,
            total=len(steps),
        )

    def _step(self, graph_id: str, flow_key: str, node: Node, at: str) -> Step | None:
        type_ = self.registry.node(node.type)
        if type_ is None:
            zh, en = f"没有“{node.type}”这种节点", f"there is no node type {node.type}"
            self._wrong(f"{at}/type", node, zh, en, "unknown_type")
            return None
        config = self._config(type_, node, at)
        if config is None:
            return None
        self.texts.collect(config)
        known = self._prepared(type_, config)
        retry = node.retry
        return Step(
            id=node.id,
            type=type_,
            config=config,
            run=_run(type_, config, known),
            flow_key=flow_key,
            texts=self.texts,
            tail=f"/{node.id}",
            timeout=node.timeout,
            retry=None
            if retry is None
            else MappingProxyType(
                {
                    "attempts": retry.attempts,
                    "first": retry.first.total_seconds(),
                    "factor": retry.factor,
                    "max": retry.max.total_seconds(),
                }
            ),
            body=None if node.body is None else _inside(graph_id, node.id),
            handlers={port: f"{_inside(graph_id, node.id)}~{port}" for port in node.handlers},
            prepared=known if isinstance(known, Prepared) else None,
            fixed=known if isinstance(known, Done) and not (known.effects or known.sets) else None,
            join=join_of(config) if type_.kind == "join" else None,
            is_choice=type_.kind == "choice",
        )

    def _prepared(self, type_: NodeType, config: Any) -> Prepared | Done | None:
        """What the node makes of this config beforehand."""
        try:
            return type_.prepare(config, self.texts) if type_.prepare is not None else None
        except EngineError:
            return None  # a text that is none: the step says so when it runs

    def _config(self, type_: NodeType, node: Node, at: str) -> Any:
        document = dict(node.config)
        if node.version > type_.version:
            zh = f"此节点由更新的版本（{node.version}）保存，这里只有 {type_.version}"
            en = f"this node was saved by a newer version ({node.version}) than {type_.version}"
            self._wrong(f"{at}/version", node, zh, en, "newer_version")
            return None
        try:
            if node.version < type_.version and type_.upgrade is not None:
                document = type_.upgrade(document, node.version)
            return type_.config.model_validate(document)
        except ValidationError as error:
            found = problems_of(error, f"{at}/config")
            self.problems += [replace(problem, node=node.id) for problem in found]
        except EngineError as error:
            self.problems.append(Problem(f"{at}/config", error.message, error.code, node.id))
        return None

    def _connect(self, steps: Mapping[str, Step], edges: tuple[Edge, ...], path: str) -> None:
        lines: dict[str, list[tuple[str, str, Step]]] = {}
        incoming: dict[str, list[str]] = {}
        seen: set[str] = set()
        for index, edge in enumerate(edges):
            at = f"{path}/edges/{index}"
            if edge.id in seen:
                message = text("连线编号重复", "this edge id is used twice")
                self.problems.append(Problem(at, message, "duplicate_id"))
            elif edge.from_ not in steps or edge.to not in steps:
                message = text("连线的一端不存在", "one end of this edge does not exist")
                self.problems.append(Problem(at, message, "unknown_target"))
            else:
                lines.setdefault(edge.from_, []).append((edge.id, edge.port, steps[edge.to]))
                incoming.setdefault(edge.to, []).append(edge.id)
            seen.add(edge.id)
        for id_, step in steps.items():
            step.lines = tuple(lines.get(id_, ()))
            step.ports = frozenset(port for _, port, _ in step.lines)
            step.incoming = tuple(incoming.get(id_, ()))
            step.has_one_line = len(step.incoming) == 1 and step.join is None
        for step in steps.values():
            known = step.ports | {"out"} | {port.id for port in step.type.ports}
            if step.is_choice and "default" not in step.ports:
                known -= {"default"}
            for port in known:
                if port.partition(":")[0] != "error":
                    step.leaving[port] = step.leave(port, {})

    def _order(self, steps: Mapping[str, Step], path: str) -> tuple[Step, ...]:
        left = {id_: len(step.incoming) for id_, step in steps.items()}
        before: dict[str, set[str]] = {id_: set() for id_ in steps}
        order = [step for step in steps.values() if not step.incoming]
        for step in order:  # grows while it is read
            step.before = frozenset(before[step.id])
            for _, _, target in step.lines:
                before[target.id] |= before[step.id] | {step.id}
                left[target.id] -= 1
                if not left[target.id]:
                    order.append(target)
        for id_ in (id_ for id_, count in left.items() if count):
            message = text("连线形成了环；需要重复时请用循环", "lines form a cycle; use a loop")
            self.problems.append(Problem(path, message, "cycle", id_))
        return tuple(order)

    def _wrong(self, at: str, node: Node, zh: str, en: str, code: str) -> None:
        self.problems.append(Problem(at, text(zh, en), code, node.id))


def _run(
    type_: NodeType, config: Any, known: Prepared | Done | None
) -> Callable[[Context], Done | Ask]:
    """The node's function for this config."""
    if isinstance(known, Done):
        return lambda context: known
    careful: Callable[[Context], Done | Ask] = partial(type_.run, config)
    return careful if known is None else partial(_quickly, known, careful)


def _quickly(
    prepared: Prepared, careful: Callable[[Context], Done | Ask], context: Context
) -> Done | Ask:
    """As it was prepared; where that is not made for what it meets, as it is written."""
    try:
        found = prepared.run(context.scope, context.now, context.owner, context.customer)
        return prepared.done(*found)
    except Exception:
        return careful(context)


def _inside(graph_id: str, node_id: str) -> str:
    return f"{graph_id}/{node_id}" if graph_id else node_id


def _is_entrance(step: Step) -> bool:
    return step.type.start is not None and isinstance(step.type.start(step.config), Entrance)
