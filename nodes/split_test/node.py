"""Splits customers into groups by weight; a customer stays in the same group for ever."""

from __future__ import annotations

import hashlib
import math

from engine.core.choices import doubled_ports, port_id, port_name
from engine.core.errors import Problem
from engine.core.fields import Form, field
from engine.core.node import Context, Done, NodeConfig, NodeType, because
from engine.core.text import text


class Variant(Form):
    id: str = port_id()
    name: str = port_name()
    weight: int = field(
        text("占比", "Weight"),
        help=text(
            "按各组占比分配，不必凑满 100;0 表示不再进人",
            "shares are by weight, 100 is no must; 0: nobody goes there",
        ),
        widget="number",
        default=50,
        ge=0,
        le=10_000,
    )


class Config(NodeConfig):
    variants: tuple[Variant, ...] = field(
        text("分组", "Variants"), widget="list", min_length=2, max_length=20
    )


def run(config: Config, ctx: Context) -> Done:
    """Weighted rendezvous hashing: each variant draws for the owner, the best draw wins.

    A draw depends on owner, flow, step and variant alone, so a growing weight only wins owners over
    to its own variant, and no owner moves between two others.
    """
    best = max(config.variants, key=lambda one: _draw(one, ctx))
    total = sum(one.weight for one in config.variants)
    return Done(
        port=best.id,
        output={"variant": best.id, "name": best.name},
        reason=because("chosen", owner=ctx.owner, name=best.name, weight=best.weight, total=total),
    )


def check(config: Config) -> list[Problem]:
    found = doubled_ports((one.id for one in config.variants), "/variants")
    if not any(one.weight for one in config.variants):
        message = text("至少一组的占比要大于 0", "at least one weight must be above 0")
        found.append(Problem("/variants", message, "no_weight"))
    return found


def _draw(variant: Variant, ctx: Context) -> float:
    if variant.weight == 0:
        return -math.inf
    seed = "\x1f".join((ctx.owner, ctx.flow_key, ctx.node_id, variant.id)).encode()
    drawn = int.from_bytes(hashlib.blake2b(seed, digest_size=6).digest(), "big")
    # 48 bits fit a float exactly; the half keeps the logarithm away from 0 and 1.
    return math.log((drawn + 0.5) / 2**48) / variant.weight


NODE = NodeType(
    label=text("分组测试", "Split test"),
    summary=text("分成 {variants[].name}", "into {variants[].name}"),
    group="logic",
    kind="choice",
    config=Config,
    run=run,
    check=check,
    ports=(),
    ports_from="variants[].id",
    output={
        "type": "object",
        "properties": {
            "variant": {"type": "string", "title": "出口标识 variant"},
            "name": {"type": "string", "title": "分组名称 name"},
        },
    },
    reasons={
        "chosen": text(
            "{owner} 固定分在「{name}」（占比 {weight}/{total}）",
            "{owner} always belongs to “{name}” (weight {weight} of {total})",
        ),
    },
    search=("ab测试", "灰度", "对照组", "a/b", "experiment", "variant"),
)
