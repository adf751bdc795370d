"""The values filled in: do they fit their form, and does what they name exist?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine.core.decision import Table
from engine.core.decision_check import check_table
from engine.core.errors import EngineError, Problem
from engine.core.forms import Entry
from engine.core.schema import check_schema
from engine.core.text import text
from engine.core.validate.plan import Plan, Spot
from engine.core.validate.secrets import looks_secret

_CODES = {"extra_forbidden": "unknown_field", "missing": "required"}


def check_configs(plan: Plan) -> Iterator[Problem]:
    """Every node's values: their form, the node's own checks, names of other things, secrets."""
    for spot in plan.spots:
        yield from _form(spot)
        yield from _own(spot)
        yield from _timeout(spot)
        for entry in spot.entries:
            yield from _refers(plan, spot, entry)
            yield from _secret(spot, entry)


def _form(spot: Spot) -> Iterator[Problem]:
    for problem in spot.wrong:
        yield spot.problem(
            f"/config{problem.path}",
            _CODES.get(problem.code, problem.code),
            problem.message,
            level=problem.level,
            field_path=problem.path,
        )


def _own(spot: Spot) -> Iterator[Problem]:
    """What the node type itself remarks on; tables are looked at even where the type does not."""
    if spot.type is None or spot.model is None:
        return
    found: list[Problem] = []
    if spot.type.check is not None:
        try:
            found = list(spot.type.check(spot.model))
        except EngineError as error:
            found = [Problem("", error.message, error.code)]
    else:
        for entry in spot.entries:
            if entry.widget == "table":
                found += check_table(Table.model_validate(entry.value), entry.path)
    for problem in found:
        told = spot.problem(
            f"/config{problem.path}",
            problem.code,
            problem.message,
            level=problem.level,
            field_path=problem.path,
        )
        yield replace(told, node=spot.id)


def _timeout(spot: Spot) -> Iterator[Problem]:
    """Whoever waits must know for how long: else a run may wait for ever."""
    if spot.type is None or not spot.type.waits or spot.node.timeout is not None:
        return
    if spot.model is not None and getattr(spot.model, "timeout", None) is not None:
        return
    if any(problem.path == "/timeout" for problem in spot.wrong):
        return  # told already: it is required there
    message = text(
        "没有写最多等多久，可能一直等下去，请设置超时",
        "has no timeout and might wait for ever: set one",
    )
    at = "/config/timeout" if "timeout" in spot.type.config.model_fields else "/timeout"
    yield spot.problem(at, "no_timeout", message)


def _refers(plan: Plan, spot: Spot, entry: Entry) -> Iterator[Problem]:
    known, value = plan.known, entry.value
    at, field = f"/config{entry.path}", entry.path
    if not isinstance(value, str) or not value or "{{" in value:
        if entry.widget == "form" and isinstance(value, Mapping):
            yield from _schema(spot, entry)
        return
    if entry.widget == "connection" and known.connections is not None:
        wanted = entry.hints.get("x-connector")
        if value not in known.connections:
            message = text(
                f"没有平台对接“{value}”，请先建立或另选一个",
                f"there is no connection “{value}”: set it up or choose another",
            )
            yield spot.problem(at, "unknown_connection", message, field_path=field)
        elif wanted is not None and known.connections[value] != wanted:
            found = known.connections[value]
            message = text(
                f"“{value}”是 {found} 的对接，这里要选 {wanted} 的",
                f"“{value}” is a connection of {found}; choose one of {wanted}",
            )
            yield spot.problem(at, "wrong_connection", message, field_path=field)
    elif entry.widget == "flow" and known.flows is not None:
        if value not in known.flows and value != plan.flow.key:
            message = text(
                f"没有已发布的流程“{value}”，请先发布它",
                f"there is no published flow “{value}”: publish it first",
            )
            yield spot.problem(at, "unknown_flow", message, field_path=field)
    elif entry.widget == "event_type" and not known.is_event(value):
        # Own types may come from a connection nobody has described yet.
        message = text(
            f"没有见过事件“{value}”，请检查拼写，或在“自定义事件”里登记",
            f"the event “{value}” is not known: check its spelling or register it",
        )
        yield spot.problem(at, "unknown_event", message, level="warning", field_path=field)


def _schema(spot: Spot, entry: Entry) -> Iterator[Problem]:
    for problem in check_schema(entry.value, defaults=True):
        yield spot.problem(
            f"/config{entry.path}{problem.path}",
            problem.code,
            problem.message,
            field_path=entry.path,
        )


def _secret(spot: Spot, entry: Entry) -> Iterator[Problem]:
    if entry.widget in ("secret", "expression", "condition") or not isinstance(entry.value, str):
        return
    name = entry.path.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    if looks_secret(name, entry.value):
        message = text(
            "像是密码或密钥，流程里的文字很多人看得到；请放到平台对接的凭据里",
            "looks like a password or key, and many people can read a flow: "
            "keep it in a connection's credentials",
        )
        yield spot.problem(f"/config{entry.path}", "secret_in_text", message, field_path=entry.path)
