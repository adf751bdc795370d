"""Does another flow as one step."""

from __future__ import annotations

import re
from typing import Any

from engine.core.errors import GiveUp
from engine.core.fields import field
from engine.core.node import Ask, Child, Context, Done, NodeConfig, NodeType, because
from engine.core.text import text

_OWNER = re.compile(r"[a-z][a-z_]*:\S.{0,199}")


class Config(NodeConfig):
    flow: str = field(text("哪个流程", "Flow"), widget="flow", pattern=r"^[a-z][a-z0-9_-]{0,63}$")
    input: dict[str, Any] = field(
        text("传入的数据", "Input"),
        help=text(
            "那个流程直接用名称读取，或用 event.data.名称",
            "that flow reads it as <name> or event.data.<name>",
        ),
        widget="mapping",
        default_factory=dict,
    )
    owner: str = field(
        text("在谁身上执行", "On whom"),
        help=text(
            "留空表示同一位客户或同一条记录；否则写成“类别：编号”，例如 order:{{ order.id }}",
            "empty: the same customer or record; else “kind:id”, such as order:{{ order.id }}",
        ),
        widget="template",
        default="",
        max_length=400,
    )
    wait: bool = field(
        text("等它做完", "Wait for its end"),
        help=text(
            "关闭后立即往下走，拿不到它的结果；它单独执行，出错也不影响这里",
            "off: go on at once without its result; it runs by itself, its errors stay there",
        ),
        widget="switch",
        default=True,
    )


def run(config: Config, ctx: Context) -> Done | Ask:
    if ctx.answer is not None:
        code = "ended" if config.wait else "started"
        return Done(output=ctx.answer.value, reason=(code, {"flow": config.flow}))
    owner = str(ctx.render(config.owner) or "") if config.owner else None
    if owner is not None and not _OWNER.fullmatch(owner):
        message = text(
            f"“{owner}”应写成“类别：编号”，例如 customer:cus_1",
            f"“{owner}” must read “kind:id”, such as customer:cus_1",
        )
        raise GiveUp(message, code="bad_owner")
    request = Child(flow=config.flow, input=ctx.render(config.input), owner=owner, wait=config.wait)
    return Ask(request, reason=because("running", flow=config.flow, owner=owner or ctx.owner))


NODE = NodeType(
    label=text("子流程", "Sub-flow"),
    summary=text("执行流程 {flow}", "does flow {flow}"),
    group="logic",
    kind="container",
    config=Config,
    run=run,
    errors={"bad_owner": text("“在谁身上执行”写法不对", "malformed owner")},
    reasons={
        "running": text("流程 {flow} 在 {owner} 上执行中", "flow {flow} runs on {owner}"),
        "ended": text("流程 {flow} 做完了", "flow {flow} has ended"),
        "started": text("流程 {flow} 已开始，不等它做完", "flow {flow} was started"),
    },
    search=("子流程", "调用流程", "复用", "call flow", "reuse"),
)
