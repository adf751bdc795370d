"""Puts tags on a customer and takes tags off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from engine.core.effect import Effect
from engine.core.errors import GiveUp, Problem
from engine.core.fields import field
from engine.core.node import (
    CHANGES,
    Context,
    Done,
    NodeConfig,
    NodeType,
    Outcome,
    Prepared,
    Texts,
    because,
)
from engine.core.people import NO_CUSTOMER, customer_field, customer_id, customer_of
from engine.core.text import text


class Config(NodeConfig):
    add: tuple[str, ...] = field(
        text("打上标签", "Add"),
        help=text("可以引用数据，例如 {{ order.channel }}", "may refer, e.g. {{ order.channel }}"),
        widget="tags",
        default=(),
        max_length=50,
    )
    remove: tuple[str, ...] = field(
        text("去掉标签", "Remove"), widget="tags", default=(), max_length=50
    )
    customer: str = customer_field()

    @cached_property
    def fixed(self) -> tuple[list[str], list[str], str] | None:
        """What to add, to remove and to say, when no tag has to be filled in."""
        if any("{{" in tag for tag in (*self.add, *self.remove)):
            return None
        return _wishes(list(self.add), list(self.remove))


def run(config: Config, ctx: Context) -> Done:
    customer = customer_id(config.customer, ctx)
    add, remove, shown = config.fixed or _wishes(
        [ctx.render(tag) for tag in config.add], [ctx.render(tag) for tag in config.remove]
    )
    output = {"added": add, "removed": remove}
    if not add and not remove:
        return Done(output=output, reason=because("nothing"))
    owner = f"customer:{customer}"
    args = {"customer": customer, "add": add, "remove": remove}
    effect = Effect("customer.tag", args, "write", None, None, owner, owner)
    return Done("out", output, (effect,), ("tagged", {"tags": shown}))


def prepare(config: Config, texts: Texts) -> Prepared | None:
    """Tags written down, for the customer of the run: only who that is differs from run to run."""
    if config.fixed is None or config.customer or not any(config.fixed):
        return None
    add, remove, shown = config.fixed
    outcome = Outcome({"added": add, "removed": remove}, ("tagged", {"tags": shown}), CHANGES)

    def quick(
        scope: Mapping[str, Any], now: datetime, owner: str, customer: Mapping[str, Any] | None
    ) -> tuple[str, tuple[Effect, ...]]:
        own = owner.removeprefix("customer:")
        if not own or own == owner:
            own = customer_of(owner, customer) or ""
            owner = f"customer:{own}"
        if not own:
            raise GiveUp(NO_CUSTOMER, code="no_customer")
        args = {"customer": own, "add": add, "remove": remove}
        return "out", (Effect("customer.tag", args, "write", None, None, owner, owner),)

    return Prepared({"out": outcome}, quick)


def _wishes(add: list[Any], remove: list[Any]) -> tuple[list[str], list[str], str]:
    # Filled in at run time the same tag can stand on both sides: adding is the later wish.
    added = _tags(add)
    removed = [tag for tag in _tags(remove) if tag not in added]
    return (
        added,
        removed,
        ", ".join([*(f"+{tag}" for tag in added), *(f"-{tag}" for tag in removed)]),
    )


def _tags(values: list[Any]) -> list[str]:
    """The tags that values name, each once; one value may be a list of them."""
    tags: dict[str, None] = {}
    for value in values:
        for one in value if isinstance(value, (list, tuple)) else (value,):
            tag = "" if one is None else str(one).strip()
            if tag:
                tags[tag] = None
    return list(tags)


def check(config: Config) -> list[Problem]:
    if not config.add and not config.remove:
        return [Problem("/add", text("还没有填标签", "no tag is given"), code="missing")]
    return [
        Problem(
            f"/remove/{index}",
            text(f"标签“{tag}”既要打上又要去掉", f"the tag {tag} is both added and removed"),
            code="both",
        )
        for index, tag in enumerate(config.remove)
        if tag in config.add
    ]


NODE = NodeType(
    label=text("客户标签", "Tag customer"),
    summary=text("给客户打标签或去标签", "adds tags to a customer or removes them"),
    group="customer",
    config=Config,
    run=run,
    prepare=prepare,
    check=check,
    effect_class="write",
    reasons={
        "tagged": text("标签：{tags}", "tags: {tags}"),
        "nothing": text("没有要变的标签", "no tag to change"),
    },
    errors={"no_customer": text("没有客户", "no customer")},
    output={
        "type": "object",
        "properties": {
            "added": {
                "type": "array",
                "items": {"type": "string"},
                "x-title": text("打上的标签", "Added"),
            },
            "removed": {
                "type": "array",
                "items": {"type": "string"},
                "x-title": text("去掉的标签", "Removed"),
            },
        },
    },
    search=("打标", "标签", "分群", "label"),
)
