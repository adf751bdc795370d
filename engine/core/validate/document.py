"""The flow's own parts: parameters and their locks, run mode, cases."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from engine.core.errors import InvalidExpression, InvalidInput, Problem
from engine.core.event import read_event
from engine.core.expression import check, compile_expression, read_time
from engine.core.flow import Case, dump_flow
from engine.core.schema import check_schema, check_value
from engine.core.text import Text, text
from engine.core.validate.plan import Plan
from engine.core.validate.scope import Names

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_NODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_ABSENT = object()
# A case's event may leave out its time; any moment will do for looking at its form.
_ANY_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)


def check_document(plan: Plan, names: Names) -> Iterator[Problem]:
    yield from _params(plan)
    yield from _locks(plan)
    yield from _run_mode(plan, names)
    seen: set[str] = set()
    for index, case in enumerate(plan.flow.cases):
        yield from _case(plan, case, f"/cases/{index}", seen)


def _params(plan: Plan) -> Iterator[Problem]:
    schema = plan.flow.params
    if not schema:
        return
    faults = check_schema(schema, "/params", defaults=True)
    for fault in faults:
        yield Problem(fault.path, _about("参数", "Parameters", fault.message), fault.code)
    if faults:
        return
    if schema.get("type", "object") != "object":
        message = text("参数定义应为 object", "parameters must be of type object")
        yield Problem("/params/type", message, "params_shape")
        return
    for name, listed in schema.get("properties", {}).items():
        at = f"/params/properties/{name}"
        if not _NAME.fullmatch(name):
            message = text(
                f"参数名“{name}”只能用字母、数字和下划线，中文名请写在标题里",
                f"the parameter name “{name}” must be of letters, digits and _; "
                "use its title for other words",
            )
            yield Problem(at, message, "param_name")
        if not isinstance(listed, Mapping) or "default" not in listed:
            message = text(
                f"参数「{_title(name, listed)}」没有默认值，请填一个",
                f"the parameter “{_title(name, listed)}” has no default: fill one in",
            )
            yield Problem(at, message, "param_without_default")


def _title(name: str, schema: Any) -> str:
    title = schema.get("title") if isinstance(schema, Mapping) else None
    return title if isinstance(title, str) and title else name


def _locks(plan: Plan) -> Iterator[Problem]:
    if not plan.known.locked:
        return
    document = dump_flow(plan.flow)
    for pointer, value in sorted(plan.known.locked.items()):
        found = _look(document, pointer)
        if found is _ABSENT or found != value or isinstance(found, bool) != isinstance(value, bool):
            shown = "空" if found is _ABSENT else str(found)
            message = text(
                f"{pointer} 已由总部锁定为 {value}，现在是 {shown}；请改回，或提交变更申请",
                f"{pointer} is locked by head office to {value}, found "
                f"{'nothing' if found is _ABSENT else found}: restore it or ask for a change",
            )
            yield Problem(pointer, message, "locked_value")


def _look(document: Any, pointer: str) -> Any:
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, Mapping) and name in document:
            document = document[name]
        elif isinstance(document, list) and name.isdigit() and int(name) < len(document):
            document = document[int(name)]
        else:
            return _ABSENT
    return document


def _run_mode(plan: Plan, names: Names) -> Iterator[Problem]:
    mode = plan.flow.run_mode

    def told(field: str, zh: str, en: str, code: str, level: str = "error") -> Problem:
        return Problem(
            f"/run_mode/{field}", _about("执行方式", "Run mode", text(zh, en)), code, None, level
        )

    if mode.reentry == "once_per" and mode.period is None:
        yield told(
            "period", "选了“每周期一次”，请填周期", "once per period needs a period", "no_period"
        )
    elif mode.period is not None and mode.period.total_seconds() <= 0:
        yield told("period", "周期要大于 0", "the period must be above zero", "no_period")
    elif mode.period is not None and mode.reentry != "once_per":
        yield told(
            "period",
            "只有“每周期一次”才用到周期，现在不起作用",
            "a period means something with once per period only",
            "period_unused",
            "warning",
        )
    if mode.limit and mode.mode != "parallel":
        yield told(
            "limit",
            "并发上限只在“同时执行”时有用，现在不起作用",
            "a limit means something with parallel only",
            "limit_unused",
            "warning",
        )
    if mode.key:
        try:
            reads = {path[0] for path in compile_expression(mode.key).paths}
        except InvalidExpression as error:
            yield told("key", error.message["zh"], error.message["en"], "expression")
            return
        if reads & {"steps", "vars"}:
            yield told(
                "key",
                "流程开始前还没有步骤输出和变量，只能用事件、客户和参数",
                "before the run begins there are no outputs and no variables: "
                "use the event, the customer and the parameters",
                "key_too_early",
            )
        elif plan.triggers:
            for problem in check(mode.key, names.base(plan.triggers)):
                yield told("key", problem.message["zh"], problem.message["en"], problem.code)


def _case(plan: Plan, case: Case, path: str, seen: set[str]) -> Iterator[Problem]:
    def told(at: str, message: Text, code: str, level: str = "error") -> Problem:
        said = _about(f"测试用例「{case.name}」", f"Case “{case.name}”", message)
        return Problem(f"{path}{at}", said, code, None, level)

    if case.name in seen:
        yield told("/name", text("名称重复", "the name is used twice"), "case_name")
    seen.add(case.name)
    try:
        read_event({"id": "case", "source": "case", **case.event}, now=_ANY_MOMENT)
    except InvalidInput as error:
        for problem in error.problems:
            yield told(f"/event{problem.path}", problem.message, "case_event")
    if case.now is not None:
        try:
            read_time(case.now, UTC)
            is_aware = datetime.fromisoformat(case.now).tzinfo is not None
        except (ValueError, OverflowError):
            is_aware = False
        if not is_aware:
            message = text(
                "时间应带时区，如 2026-11-11T10:00:00+08:00",
                "must be a time with its zone such as 2026-11-11T10:00:00+08:00",
            )
            yield told("/now", message, "case_now")
    try:
        found = check_value({**plan.flow.params, "required": []}, case.params)
    except InvalidInput:
        found = []  # the parameters themselves are wrong, which is told already
    for problem in found:
        yield told(f"/params{problem.path}", problem.message, "case_params")
    for key in case.answers:
        node = _NODE.match(key)
        if node is not None and node.group() not in plan.by_id:
            message = text(f"没有步骤“{key}”", f"there is no step “{key}”")
            yield told(f"/answers/{key}", message, "case_step", "warning")


def _about(zh: str, en: str, message: Text) -> Text:
    return text(f"{zh}：{message['zh']}", f"{en}: {message['en']}")
