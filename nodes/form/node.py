"""Starts a flow when somebody hands in a form."""

from __future__ import annotations

from typing import Any

from engine.core.errors import Problem
from engine.core.fields import field
from engine.core.node import Context, Done, NodeConfig, NodeType, because
from engine.core.schema import check_schema
from engine.core.text import text
from engine.core.triggers import Entrance


class Config(NodeConfig):
    title: str = field(
        text("表单标题", "Title"),
        help=text("填写的人会看到", "shown to whoever fills it in"),
        default="",
        max_length=80,
    )
    form: dict[str, Any] = field(
        text("要填的内容", "What is filled in"),
        widget="form",
        default_factory=lambda: {"type": "object", "properties": {}},
    )
    public: bool = field(
        text("不登录也能填", "Open to everybody"),
        help=text(
            "打开后，拿到链接的任何人都能提交；关闭时只有登录的同事能提交",
            "on: whoever has the link may hand it in; off: only colleagues who are signed in",
        ),
        widget="switch",
        default=False,
    )


def run(config: Config, ctx: Context) -> Done:
    given = ctx.event.get("data") or {}
    return Done(
        output=given,
        reason=because("handed_in", title=config.title, count=len(given)),
    )


def start(config: Config) -> Entrance:
    # The title travels in the schema: that is what the page of the form is drawn from.
    schema = {**config.form, "title": config.title} if config.title else config.form
    return Entrance(kind="form", schema=schema, public=config.public)


def check(config: Config) -> list[Problem]:
    found = check_schema(config.form, "/form")
    if not found and not config.form.get("properties"):
        message = text("表单里还没有要填的内容", "the form has no field yet")
        found.append(Problem("/form", message, "form_empty"))
    return found


NODE = NodeType(
    label=text("提交表单时", "When a form is handed in"),
    summary=text("有人提交表单「{title}」", "when the form “{title}” is handed in"),
    group="trigger",
    kind="trigger",
    config=Config,
    run=run,
    start=start,
    check=check,
    output=lambda config: config.form,
    reasons={
        "handed_in": text(
            "表单「{title}」提交了，填了 {count} 项",
            "the form “{title}” was handed in with {count} value(s)",
        ),
    },
    search=("表单", "报名", "登记", "问卷", "form", "survey"),
)
