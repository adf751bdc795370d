"""The one question every call asks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from engine.core.effect import CALL, Effect, EffectClass
from engine.core.node import Ask, Context, Done, Reason, because
from engine.core.people import own_customer
from engine.core.text import text

REASONS = {
    "calling": text("正在调用 {connection} 的 {action}", "calling {action} of {connection}"),
    "called": text("{connection} 的 {action} 已完成", "{action} of {connection} is done"),
}


def ask_or_end(
    connection: str,
    action: str,
    args: Mapping[str, Any],
    effect_class: EffectClass,
    concerns: str | None,
    ctx: Context,
) -> Done | Ask:
    """Asks for the effect; once answered, what came back is the output.

    `concerns` is the value that says whom the call is about, where the action names one.
    """
    if ctx.answer is not None:
        return Done(output=ctx.answer.value, reason=_reason("called", connection, action))
    effect = Effect(
        CALL,
        args,
        effect_class=effect_class,
        connection=connection,
        action=action,
        subject=_subject(concerns, ctx),
    )
    return Ask(effect, reason=_reason("calling", connection, action))


@lru_cache(maxsize=1_024)  # a step says the same in every run
def _reason(code: str, connection: str, action: str) -> Reason:
    return because(code, connection=connection, action=action)


def _subject(concerns: str | None, ctx: Context) -> str:
    """Whom it concerns: the run's customer, so that all calls about them keep their order."""
    customer = own_customer(ctx)
    return f"customer:{customer}" if customer else concerns or ctx.owner
