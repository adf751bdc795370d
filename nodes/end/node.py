"""Ends the run, or only this way of it, and says what came of it."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

from engine.core.fields import field
from engine.core.node import Context, Done, NodeConfig, NodeType, Texts, because
from engine.core.text import text


class Config(NodeConfig):
    outcome: str = field(
        text("结果", "Outcome"),
        help=text("执行记录里看到的一句话，例如“已升级 VIP”", "shown with the run, e.g. “now VIP”"),
        widget="template",
        default="",
        max_length=200,
    )
    output: dict[str, Any] = field(
        text("输出", "Output"),
        help=text("作为子流程时，交给上一级流程", "what a flow that calls this one receives"),
        widget="mapping",
        default_factory=dict,
    )
    scope: Literal["run", "here"] = field(
        text("结束什么", "What ends"),
        widget="select",
        default="run",
        options={
            "run": text("整个流程，其他还没做完的也取消", "the whole run, all else is cancelled"),
            "here": text("只结束这一条线", "only this line"),
        },
    )

    @cached_property
    def fixed(self) -> Done | None:
        """What the step always says, when nothing has to be filled in."""
        if self.output or "{{" in self.outcome:
            return None
        return _ended(self, self.outcome, {"outcome": self.outcome})


def run(config: Config, ctx: Context) -> Done:
    if config.fixed is not None:
        return config.fixed
    outcome = str(ctx.render(config.outcome))
    output: dict[str, Any] = {"outcome": outcome}
    if config.output:
        output |= ctx.render(config.output)
    return _ended(config, outcome, output)


def prepare(config: Config, texts: Texts) -> Done | None:
    return config.fixed


def _ended(config: Config, outcome: str, output: dict[str, Any]) -> Done:
    whole = config.scope == "run"
    reason = because("run_ended" if whole else "line_ended", outcome=outcome)
    return Done(output=output, reason=reason, ends_run=whole)


NODE = NodeType(
    label=text("结束", "End"),
    summary=text("结束：{outcome}", "ends: {outcome}"),
    group="logic",
    kind="end",
    config=Config,
    run=run,
    prepare=prepare,
    ports=(),
    reasons={
        "run_ended": text("流程结束，结果：{outcome}", "the run ends: {outcome}"),
        "line_ended": text("这条线到此为止，结果：{outcome}", "this line ends: {outcome}"),
    },
    search=("结束", "停止", "完成", "stop", "finish"),
)
