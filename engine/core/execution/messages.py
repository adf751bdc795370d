"""What the interpreter itself says: its errors and the reasons in its records, in two languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.errors import EngineError
from engine.core.text import Text, text

# {"code": what an error route matches, "message": Text or str, "step": where it happened}
Error = Mapping[str, Any]

ERRORS: dict[str, Text] = {
    "no_path": text(
        "没有一个条件成立，也没有“其他情况”的连线",
        "no condition holds, and there is no line for “otherwise”",
    ),
    "no_body": text("框里没有流程", "there is nothing inside the box"),
    "no_flow": text("没有发布过流程 {flow}", "there is no published flow {flow}"),
    "bad_outcome": text("节点的返回值不对（{type}）", "the node gave a wrong outcome ({type})"),
    "fault": text("节点内部出错：{error}", "a fault inside the node: {error}"),
    "limit_steps": text(
        "一次执行最多 {limit} 步，已停止", "a run has at most {limit} steps, so it was stopped"
    ),
    "limit_depth": text("嵌套最多 {limit} 层", "boxes and sub-flows nest at most {limit} deep"),
    "limit_rounds": text("一个框最多 {limit} 项", "a box takes at most {limit} items"),
    "limit_asks": text("一个步骤最多请求 {limit} 次", "a step asks at most {limit} times"),
    "failed": text("没有成功", "it did not succeed"),
    "cancelled": text("已取消", "it was cancelled"),
}

# The sentences of records whose reason is the interpreter's own, not the node's.
REASONS: dict[str, Text] = {
    "timed_out": text("到 {due} 仍没有结果", "nothing came by {due}"),
    "reminded": text("第 {tick} 次提醒", "reminder number {tick}"),
    "not_reached": text(
        "需要 {n} 条线，只到了 {lit} 条", "{n} lines are wanted, only {lit} arrived"
    ),
    "error": text("出错：{message}", "an error: {message}"),
}


def refuse(code: str, **values: Any) -> Error:
    """One of the interpreter's own errors."""
    words = ERRORS[code]
    return {
        "code": code,
        "message": {"zh": words["zh"].format(**values), "en": words["en"].format(**values)},
    }


def error_from(why: Exception) -> Error:
    """What a node raised. A bug in one node stops one run, to be resumed once it is mended."""
    if isinstance(why, EngineError):
        return {"code": why.code, "message": why.message}
    return refuse("fault", error=f"{type(why).__name__}: {why}")


def error_of(value: Any, port: str = "error") -> Error:
    """What an error answer says, whatever shape it has."""
    code = port.partition(":")[2]
    if isinstance(value, Mapping):
        return {"message": ERRORS["failed"], **value, "code": value.get("code") or code or "failed"}
    said = value if isinstance(value, str) and value else ERRORS["failed"]
    return {"code": code or "failed", "message": said}
