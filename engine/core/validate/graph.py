"""The drawing itself: does every line lead somewhere, does everything hang together?"""

from __future__ import annotations

from collections.abc import Iterator

from engine.core.errors import Problem
from engine.core.execution.messages import ERRORS
from engine.core.flow import MAX_DEPTH, MAX_NODES, Edge
from engine.core.ports import has_port, is_error, label_of, ports_of
from engine.core.text import Text, text
from engine.core.validate.plan import Place, Plan, Spot

# Codes any step may fail with, whatever its type declares.
COMMON = frozenset({*ERRORS, "failed", "expression", "no_answer", "invalid_args"})


def check_graph(plan: Plan) -> Iterator[Problem]:
    """Starts, ids, boxes, then every line and every step of every graph."""
    yield from _size(plan)
    yield from _ids(plan)
    if not plan.triggers:
        message = text(
            "流程还没有触发节点，请先放一个“什么时候开始”的节点",
            "the flow has no trigger: add the node that says when it starts",
        )
        yield Problem("/nodes", message, "no_start")
    for spot in plan.spots:
        yield from _box(spot)
    for place in plan.places:
        drawn: set[tuple[str, str, str]] = set()
        for index, edge in enumerate(place.graph.edges):
            yield from _line(plan, place, index, edge, drawn)
            drawn.add((edge.from_, edge.port, edge.to))
        yield from _cycles(place)
        yield from _unreached(place)
    for spot in plan.spots:
        yield from _ways_out(spot)


def _size(plan: Plan) -> Iterator[Problem]:
    if len(plan.spots) > MAX_NODES:
        message = text(
            f"共 {len(plan.spots)} 个节点，最多 {MAX_NODES} 个，请拆成子流程",
            f"{len(plan.spots)} nodes are too many (at most {MAX_NODES}): use sub-flows",
        )
        yield Problem("/nodes", message, "too_many_nodes")
    for place in plan.places:
        if place.depth == MAX_DEPTH + 1 and place.holder is not None:
            message = text(
                f"嵌套超过 {MAX_DEPTH} 层，请改用子流程",
                f"boxes nest more than {MAX_DEPTH} deep: use a sub-flow",
            )
            yield place.holder.problem("", "too_deep", message)


def _ids(plan: Plan) -> Iterator[Problem]:
    seen: dict[str, Spot] = {}
    for spot in plan.spots:
        first = seen.setdefault(spot.id, spot)
        if first is not spot:
            message = text(
                f"与「{first.name['zh']}」的编号都是 {spot.id}，请删除其中一个再重新放",
                f"has the same id {spot.id} as “{first.name['en']}”: delete one and add it anew",
            )
            yield spot.problem("/id", "duplicate_id", message)
    lines: set[str] = set()
    for place in plan.places:
        for index, edge in enumerate(place.graph.edges):
            if edge.id in lines:
                message = text(
                    f"有两条连线的编号都是 {edge.id}，请删除一条重画",
                    f"two lines have the id {edge.id}: delete one and draw it again",
                )
                yield Problem(f"{place.path}/edges/{index}/id", message, "duplicate_id")
            lines.add(edge.id)


def _box(spot: Spot) -> Iterator[Problem]:
    """Boxes have something inside, others have not; handlers belong to a port."""
    node, type_ = spot.node, spot.type
    if type_ is None:
        message = text(
            f"没有“{node.type}”这种节点，可能对应的平台对接没有安装",
            f"there is no node type “{node.type}”; its connector may not be installed",
        )
        yield spot.problem("/type", "unknown_type", message)
        return
    if node.version > type_.version:
        message = text(
            "由更新的版本保存，请先升级系统",
            "was saved by a newer version: update this installation",
        )
        yield spot.problem("/version", "newer_version", message)
    if type_.has_body and (node.body is None or not node.body.nodes):
        message = text(
            "里面还没有步骤，请放入要重复做的步骤", "is empty: put the steps to repeat inside"
        )
        yield spot.problem("/body", "no_body", message)
    if not type_.has_body and node.body is not None:
        message = text("这种节点里面不能放步骤", "this kind of node has no inside")
        yield spot.problem("/body", "unexpected_body", message)
    for port in node.handlers:
        if port not in ports_of(type_, spot.config):
            message = text(f"没有“{port}”这个出口", f"there is no port “{port}”")
            yield spot.problem(f"/handlers/{port}", "unknown_port", message)
    if spot.is_trigger and spot.place.kind != "root":
        message = text("触发节点只能放在流程最外层", "a trigger belongs outside of boxes")
        yield spot.problem("", "trigger_inside", message)


def _line(
    plan: Plan, place: Place, index: int, edge: Edge, drawn: set[tuple[str, str, str]]
) -> Iterator[Problem]:
    path = f"{place.path}/edges/{index}"
    for end, id_ in (("from", edge.from_), ("to", edge.to)):
        if id_ in place.by_id:
            continue
        other = plan.by_id.get(id_)
        if other is not None:
            message = text(
                f"连线不能跨越框的边界连到「{other.name['zh']}」",
                f"a line cannot cross the edge of a box to “{other.name['en']}”",
            )
            yield Problem(f"{path}/{end}", message, "crosses_scopes", other.id)
        else:
            message = text(
                f"连线的一端（{id_}）不存在，请删除这条线",
                f"one end of a line ({id_}) is not there: delete it",
            )
            yield Problem(f"{path}/{end}", message, "unknown_target")
    source, target = place.by_id.get(edge.from_), place.by_id.get(edge.to)
    if source is not None and source.type is not None:
        yield from _port(source, edge, path)
    if target is not None and target.is_trigger:
        message = text("触发节点前面不能有连线", "nothing leads into a trigger")
        yield Problem(f"{path}/to", _named(target, message), "into_trigger", target.id)
    is_double = (edge.from_, edge.port, edge.to) in drawn
    if is_double and source is not None and target is not None:
        message = text(
            f"到「{target.name['zh']}」有两条一样的连线，请删除一条",
            f"has two equal lines to “{target.name['en']}”: delete one",
        )
        yield Problem(path, _named(source, message), "double_line", source.id, "warning")


def _called(label: str, port: str, form: str) -> str:
    return label if label == port else label + form.format(port)


def _port(source: Spot, edge: Edge, path: str) -> Iterator[Problem]:
    type_ = source.type
    assert type_ is not None
    if is_error(edge.port):
        yield from _error_route(source, edge, path)
        return
    if has_port(type_, source.config, edge.port, source.may_time_out):
        return
    own = ports_of(type_, source.config)
    if edge.port == "timeout":
        message = text(
            "没有设置超时，“超时”这条线永远走不到，请设置超时或删除连线",
            "has no timeout, so its line “timed out” never comes: set one or delete the line",
        )
    else:
        # With its id where it is called otherwise: whoever writes JSON has to write that.
        zh = "、".join(_called(label["zh"], port, "（{}）") for port, label in own.items()) or "无"
        en = ", ".join(_called(label["en"], port, " ({})") for port, label in own.items()) or "none"
        message = text(
            f"没有“{edge.port}”这个出口，请重新连线（现有出口：{zh}）",
            f"has no port “{edge.port}”: draw the line again (its ports: {en})",
        )
    yield Problem(f"{path}/port", _named(source, message), "unknown_port", source.id)


def _error_route(source: Spot, edge: Edge, path: str) -> Iterator[Problem]:
    type_ = source.type
    assert type_ is not None
    code = edge.port.partition(":")[2]
    never: Text | None = None
    if type_.kind in ("trigger", "join"):
        never = text(
            "这种节点不会出错，出错的线永远走不到", "never fails, so its error line never comes"
        )
    elif code and code not in type_.errors and code not in COMMON:
        zh = "、".join(type_.errors) or "无"
        en = ", ".join(type_.errors) or "none"
        never = text(
            f"不会出现错误“{code}”，这条线永远走不到（可能的错误：{zh}）",
            f"never fails with “{code}”, so this line never comes (its errors: {en})",
        )
    if never is not None:
        # A platform may answer with codes its connector did not foresee.
        level = "warning" if type_.group == "connector" else "error"
        yield Problem(f"{path}/port", _named(source, never), "error_never", source.id, level)


def _cycles(place: Place) -> Iterator[Problem]:
    """Each ring of lines once, told at its first step."""
    left = {spot.id for spot in place.spots} - {spot.id for spot in place.order}
    told: set[str] = set()
    for spot in place.spots:
        if spot.id not in left or spot.id in told:
            continue
        ring = _ring(place, spot.id, left)
        if not ring:
            continue  # behind a ring, not in it
        told |= set(ring)
        zh = " → ".join(place.by_id[id_].name["zh"] for id_ in [*ring, ring[0]])
        en = " → ".join(place.by_id[id_].name["en"] for id_ in [*ring, ring[0]])
        message = text(
            f"连线绕成了一圈（{zh}），需要重复时请用“循环”",
            f"its lines form a ring ({en}): to repeat steps, use a loop",
        )
        yield spot.problem("", "cycle", message)


def _ring(place: Place, start: str, among: set[str]) -> list[str]:
    """The shortest way from a step back to itself; [] when there is none."""
    came: dict[str, str] = {}
    todo = [start]
    for id_ in todo:  # grows while it is read
        for edge in place.outgoing[id_]:
            if edge.to == start:
                ring = [id_]
                while ring[-1] != start:
                    ring.append(came[ring[-1]])
                return ring[::-1]
            if edge.to in among and edge.to not in came:
                came[edge.to] = id_
                todo.append(edge.to)
    return []


def _unreached(place: Place) -> Iterator[Problem]:
    """Only triggers start a flow; inside a box every step without a line into it starts."""
    if place.kind != "root":
        return
    for spot in place.spots:
        if not spot.is_trigger and not place.incoming[spot.id]:
            message = text(
                "没有连线进来，永远不会执行，请连上线或删除",
                "no line leads to it, so it never runs: connect it or delete it",
            )
            yield spot.problem("", "unreachable", message)


def _ways_out(spot: Spot) -> Iterator[Problem]:
    """What a choice or a wait must have drawn behind it."""
    if spot.type is None:
        return
    drawn = {edge.port for edge in spot.place.outgoing.get(spot.id, ())}
    own = ports_of(spot.type, spot.config)
    if spot.type.kind == "choice" and "default" in own and "default" not in drawn:
        label = own["default"]
        message = text(
            f"“{label['zh']}”没有连线：不满足任何条件时流程会出错停下，请连到下一步或“结束”",
            f"“{label['en']}” has no line: where no condition holds the run would stop with an "
            "error, so draw it to the next step or to an end",
        )
        yield spot.problem("", "no_default", message)
    if spot.may_time_out and drawn and "timeout" not in drawn and spot.type.waits:
        label = label_of(spot.type, spot.config, "timeout")
        message = text(
            f"“{label['zh']}”没有连线：等不到结果时，后面的步骤都不会执行",
            f"“{label['en']}” has no line: when nothing comes, no later step runs",
        )
        yield spot.problem("", "no_timeout_line", message, level="warning")


def _named(spot: Spot, message: Text) -> Text:
    return text(f"「{spot.name['zh']}」：{message['zh']}", f"“{spot.name['en']}”: {message['en']}")
