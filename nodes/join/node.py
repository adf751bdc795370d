"""Brings lines together again: when all are decided, at the first, or at the n-th."""

from __future__ import annotations

from typing import Literal

from engine.core.errors import Problem
from engine.core.fields import field
from engine.core.node import OUT, Context, Done, NodeConfig, NodeType, Port, because
from engine.core.text import text


class Config(NodeConfig):
    mode: Literal["all", "first", "n"] = field(
        text("什么时候往下走", "Goes on"),
        widget="select",
        default="all",
        options={
            "all": text("各条线都有了结果", "when every line is decided"),
            "first": text("第一条线到达", "when the first line arrives"),
            "n": text("到达指定的条数", "when a number of lines has arrived"),
        },
    )
    n: int = field(
        text("几条", "How many lines"),
        help=text("只有“到达指定的条数”用到", "only used with a number of lines"),
        widget="number",
        default=2,
        ge=1,
        le=100,
    )
    stop_rest: bool = field(
        text("停掉其余的", "Stop the rest"),
        help=text(
            "取消只通向这里、还没做完的步骤", "cancels unfinished steps that lead only to here"
        ),
        widget="switch",
        default=False,
    )


def run(config: Config, ctx: Context) -> Done:
    """The interpreter counts the lines (SEMANTICS R2); when it calls, the join is reached."""
    if config.mode == "n":
        return Done(reason=because("n_arrived", n=config.n))
    return Done(reason=because("first_arrived" if config.mode == "first" else "all_decided"))


def check(config: Config) -> list[Problem]:
    if config.mode == "all" and config.stop_rest:
        message = text(
            "要等各条线都有结果，就没有其余的可停", "when every line is waited for, none is left"
        )
        return [Problem("/stop_rest", message, "no_rest", level="warning")]
    return []


NODE = NodeType(
    label=text("汇合", "Join"),
    summary=text("汇合：{mode}", "goes on {mode}"),
    group="logic",
    kind="join",
    config=Config,
    run=run,
    check=check,
    ports=(OUT, Port("not_reached", text("没到齐", "not reached"))),
    reasons={
        "all_decided": text("各条线都有了结果", "every line is decided"),
        "first_arrived": text("第一条线到了", "the first line has arrived"),
        "n_arrived": text("到了 {n} 条线", "{n} lines have arrived"),
    },
    search=("合并", "汇合", "并行", "merge", "parallel", "gateway"),
)
