"""The names a step can read, as a JSON Schema: for completion, for checks, for compiling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from engine.core.errors import EngineError, NotFound
from engine.core.expression import compile_expression
from engine.core.expression.schema import follow, place
from engine.core.flow import Flow
from engine.core.ports import values_at
from engine.core.registry import Registry
from engine.core.schema import follow as follow_ref
from engine.core.text import text
from engine.core.triggers import Entrance, Listen, Schedule
from engine.core.validate.certainty import Certainty
from engine.core.validate.known import Known, inlined
from engine.core.validate.plan import Place, Plan, Spot

_WORD = {"type": "string"}
_EVENT = {
    "id": {**_WORD, "x-title": text("事件编号", "event id")},
    "type": {**_WORD, "x-title": text("事件类型", "event type")},
    "source": {**_WORD, "x-title": text("事件来源", "source")},
    "subject": {**_WORD, "x-title": text("事件主体", "subject")},
    "time": {**_WORD, "format": "date-time", "x-title": text("发生时间", "time of the event")},
}
_NUMBER = {"type": "integer"}
_ERROR = {
    "type": "object",
    "x-title": text("出错信息", "what went wrong"),
    "properties": {"code": _WORD, "message": {}, "step": _WORD},
    "additionalProperties": True,
}
# Names the interpreter gives itself; an event's data never stands in their place.
_OWN = frozenset({"event", "customer", "params", "vars", "steps"})


class Names:
    """Schemas of the scopes of one flow."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._certain: dict[int, Certainty] = {}
        self._data: dict[str, Mapping[str, Any] | None] = {}
        self._base: dict[frozenset[str], dict[str, Any]] = {}
        self._made: dict[tuple[int, bool, str | None], dict[str, Any]] = {}

    def certainty(self, place: Place) -> Certainty:
        found = self._certain.get(id(place))
        if found is None:
            found = self._certain[id(place)] = Certainty(place)
        return found

    # -- events ----------------------------------------------------------------------------------

    def data_of(self, type_: str) -> Mapping[str, Any] | None:
        """The schema of an event type's data; None when nobody knows it."""
        if type_ not in self._data:
            try:
                self._data[type_] = self.plan.known.data_of(type_)
            except EngineError:
                self._data[type_] = None
        return self._data[type_]

    def data_from(self, trigger: Spot) -> Mapping[str, Any] | None:
        """The schema of the data a trigger hands in; None when it may be anything."""
        assert trigger.type is not None
        if trigger.type.start is None or trigger.model is None:
            return None
        try:
            start = trigger.type.start(trigger.model)
        except EngineError:
            return None
        if isinstance(start, Listen):
            return self.data_of(start.type)
        if isinstance(start, Entrance) and start.schema and "properties" in start.schema:
            whole = inlined(start.schema)
            return whole if isinstance(whole, Mapping) else None
        return {"properties": {}} if isinstance(start, Schedule) else None

    def triggers_of(self, spot: Spot) -> list[Spot]:
        """The triggers that can lead to a step."""
        outermost = spot
        for _, holder in spot.place.chain():
            outermost = holder
        if outermost.is_trigger:
            return [outermost]
        before = self.plan.root.before.get(outermost.id, frozenset())
        return [one for one in self.plan.triggers if one.id in before] or self.plan.triggers

    # -- parts -----------------------------------------------------------------------------------

    def base(self, triggers: Iterable[Spot]) -> dict[str, Any]:
        """event, its records, customer, params: what a run has from its start."""
        found = list(triggers)
        key = frozenset(spot.id for spot in found)
        made = self._base.get(key)
        if made is not None:
            return made
        parts = [self.data_from(spot) for spot in found]
        data: dict[str, Any] = {"type": "object", "x-title": text("事件内容", "data")}
        records: dict[str, Any] = {}
        is_open = not parts or any(part is None for part in parts)
        for part in parts:
            for name, schema in (part or {}).get("properties", {}).items():
                records.setdefault(name, schema)
        if not is_open:
            data["properties"] = records
            # A sub-flow's caller hands in more; only what comes by an event is known for sure.
            is_called = any(part is not None and not part.get("properties") for part in parts)
            data |= {"additionalProperties": True} if is_called else {}
        else:
            data |= {"properties": records, "additionalProperties": True}
        properties = {
            **{name: schema for name, schema in records.items() if name not in _OWN},
            "event": {
                "type": "object",
                "x-title": text("事件", "event"),
                "properties": {**_EVENT, "data": data},
                "additionalProperties": False,
            },
            "customer": self.customer,
            "params": self.params,
        }
        made = self._base[key] = {
            "type": "object",
            "properties": properties,
            "additionalProperties": bool(data.get("additionalProperties")),
        }
        return made

    @cached_property
    def customer(self) -> Mapping[str, Any]:
        found = inlined(self.plan.known.customer())
        return found if isinstance(found, Mapping) else {}

    @cached_property
    def params(self) -> Mapping[str, Any]:
        found = inlined(self.plan.flow.params)
        if not isinstance(found, Mapping) or not isinstance(found.get("properties"), Mapping):
            return {"type": "object", "properties": {}, "additionalProperties": False}
        return found

    def output_of(self, spot: Spot) -> Mapping[str, Any]:
        """The schema of what a step gives; {} when it may be anything."""
        output = spot.type.output if spot.type is not None else None
        if callable(output):
            try:
                output = output(spot.model) if spot.model is not None else None
            except (EngineError, ValueError, TypeError, AttributeError, KeyError):
                output = None
        title = {"x-title": spot.name}
        if not isinstance(output, Mapping) or not output:
            return title
        found = inlined(output)
        assert isinstance(found, Mapping)
        listed = found.get("properties")
        if isinstance(listed, Mapping):
            found = {**found, "properties": {**listed, "error": _ERROR}}
        return {**title, **found}

    @cached_property
    def _outputs(self) -> dict[str, Mapping[str, Any]]:
        return {id_: self.output_of(spot) for id_, spot in self.plan.by_id.items()}

    @cached_property
    def writers(self) -> dict[str, list[tuple[Spot, str]]]:
        """Who writes each variable: (step, JSON pointer in its config)."""
        found: dict[str, list[tuple[Spot, str]]] = {}
        for spot in self.plan.spots:
            if spot.type is not None and spot.type.writes_from:
                for path, name in values_at(spot.config, spot.type.writes_from):
                    found.setdefault(name, []).append((spot, path))
        return found

    def seen_from(self, spot: Spot, *, inside: bool = False) -> list[str]:
        """Ids of the steps a step can read; `inside` also those of its own body."""
        found = self._before(spot)
        for _, holder in spot.place.chain():
            found = self._before(holder) + found
        if inside:
            found += [one.id for place in self._bodies(spot) for one in place.spots]
        return found

    def _before(self, spot: Spot) -> list[str]:
        before = spot.place.before.get(spot.id, frozenset())
        return [id_ for id_ in spot.place.ids if id_ in before]

    def _bodies(self, spot: Spot) -> list[Place]:
        return [p for p in self.plan.places if p.holder is spot and p.kind == "body"]

    # -- whole scopes ----------------------------------------------------------------------------

    def schema(
        self, spot: Spot, *, inside: bool = False, incoming: str | None = None
    ) -> dict[str, Any]:
        """The names a step reads; `inside` those at the end of its own box; `incoming` is the type
        of the event it waits for.
        """
        key = (id(spot), inside, incoming)
        if key not in self._made:
            self._made[key] = self._schema(spot, inside, incoming)
        return self._made[key]

    def _schema(self, spot: Spot, inside: bool, incoming: str | None) -> dict[str, Any]:
        base = self.base(self.triggers_of(spot))
        properties = dict(base["properties"])
        if not spot.is_trigger:
            ids = self.seen_from(spot, inside=inside)
            properties["steps"] = {
                "type": "object",
                "x-title": text("前面步骤的输出", "outputs of earlier steps"),
                "properties": {id_: self._outputs[id_] for id_ in ids},
                "additionalProperties": False,
            }
            properties["vars"] = {
                "type": "object",
                "x-title": text("变量", "variables"),
                "properties": {
                    name: {"x-title": text(name, name)} for name in sorted(self.writers)
                },
                "additionalProperties": False,
            }
        boxes = [holder for _, holder in spot.place.chain()]
        kinds = [spot.place.kind, *(place.kind for place, _ in spot.place.chain())]
        for holder, kind in reversed(list(zip(boxes, kinds, strict=False))):
            properties |= self._box(holder, kind, properties)
        if inside:
            properties |= self._box(spot, "body", properties)
            properties["results"] = {"type": "array", "x-title": text("已有结果", "results so far")}
        if incoming is not None:
            properties["incoming"] = self._event(incoming)
        return {**base, "properties": properties}

    def _box(self, holder: Spot, kind: str, around: Mapping[str, Any]) -> dict[str, Any]:
        index = {**_NUMBER, "x-title": text("第几项（从 0 起）", "index, from 0")}
        number = {**_NUMBER, "x-title": text("第几轮（从 1 起）", "round, from 1")}
        if kind == "body" and "items" in holder.config:
            item = self._item(holder.config.get("items"), around)
            return {"item": {"x-title": text("当前项", "item"), **item}, "index": index}
        last = {"last": {"x-title": text("上一轮结果", "last")}} if kind == "body" else {}
        return {"index": index, "round": number, **last}

    def _item(self, source: Any, around: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema of a list's items, when the list is a plain name."""
        try:
            paths = compile_expression(source).paths if isinstance(source, str) else frozenset()
        except EngineError:
            return {}
        if len(paths) != 1:
            return {}
        (path,) = paths
        _, status, found = follow(place({"properties": dict(around)}), path)
        items = found.items().options if status == "known" else ()
        return items[0] if len(items) == 1 else {}

    def _event(self, type_: str) -> dict[str, Any]:
        """An event that comes while a step waits, with its record beside its data."""
        data = self.data_of(type_)
        if data is None:
            return {"type": "object"}
        return {
            "type": "object",
            "x-title": text("等来的事件", "the event that came"),
            "properties": {**data.get("properties", {}), **_EVENT, "data": data},
        }


def schema_of_scope(
    flow: Flow, node_id: str, registry: Registry, known: Known | None = None
) -> dict[str, Any]:
    """The JSON Schema of the names a step can read; NotFound when the flow has no such step.

    What has surely been there and what may be missing are both in it: a name listed here reads as
    null when it is absent.
    """
    plan = Plan(flow, registry, known or Known())
    spot = plan.by_id.get(node_id)
    if spot is None:
        raise NotFound(text(f"流程里没有步骤 {node_id}", f"the flow has no step {node_id}"))
    incoming = spot.config.get("type") if spot.type is not None and spot.type.waits else None
    return Names(plan).schema(
        spot,
        inside=spot.type is not None and spot.type.has_body,
        incoming=incoming if isinstance(incoming, str) else None,
    )


def schema_of_flow(flow: Flow, registry: Registry, known: Known | None = None) -> dict[str, Any]:
    """One schema for every expression of a flow: what `compile_version` compiles with.

    It lists the outputs of all steps and all variables, so that one that is not there (skipped,
    not written yet) reads as null and `steps.n5.level ?? "普通"` gives its fallback. Whether a step
    may read a name at all is `validate`'s matter, not the schema's.
    """
    plan = Plan(flow, registry, known or Known())
    names = Names(plan)
    base = names.base(plan.triggers)
    # What stands inside an output is not checked at run time: any name of it may be read.
    outputs = {id_: _listed(names.output_of(spot)) for id_, spot in plan.by_id.items()}
    properties = {
        **base["properties"],
        "steps": {"type": "object", "properties": outputs},
        "vars": {"type": "object", "properties": {name: {} for name in names.writers}},
    }
    return {**base, "properties": properties, "additionalProperties": True}


def _listed(output: Mapping[str, Any]) -> Mapping[str, Any]:
    """An output whose every member reads as null when the step was skipped."""
    found = follow_ref(output)
    return found if "properties" in found else {"additionalProperties": {"x-any": True}}
