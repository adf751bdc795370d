"""Tells people of the house something and goes on at once."""

from __future__ import annotations

from engine.core.effect import Effect
from engine.core.errors import Problem
from engine.core.expression import to_text
from engine.core.fields import field
from engine.core.node import Context, Done, NodeConfig, NodeType, because
from engine.core.people import People, unclear, whom
from engine.core.text import text


class Config(NodeConfig):
    who: People = field(text("通知谁", "Who is told"), widget="people")
    title: str = field(text("标题", "Title"), widget="template", min_length=1, max_length=400)
    body: str = field(text("内容", "Text"), widget="template", default="", max_length=4000)
    link: str = field(
        text("点开后去哪里", "Link"),
        help=text("留空则打开这次执行的记录", "empty: the record of this run"),
        widget="template",
        default="",
        max_length=2000,
    )


def run(config: Config, ctx: Context) -> Done:
    title = to_text(ctx.render(config.title))
    body, link = (to_text(ctx.render(part)) for part in (config.body, config.link))
    told = Effect(
        "notify",
        {"who": whom(config.who, ctx), "title": title, "body": body, "link": link},
        effect_class="message",
        label=title,
    )
    return Done(output={"title": title}, effects=(told,), reason=because("told", title=title))


def check(config: Config) -> list[Problem]:
    return unclear(config.who, "/who")


NODE = NodeType(
    label=text("通知同事", "Notify"),
    summary=text("通知：{title}", "tells: {title}"),
    group="people",
    config=Config,
    run=run,
    check=check,
    effect_class="message",
    reasons={"told": text("已通知：{title}", "told: {title}")},
    output={
        "type": "object",
        "properties": {"title": {"type": "string", "x-title": text("标题", "Title")}},
    },
    search=("提醒", "消息", "remind", "tell"),
)
