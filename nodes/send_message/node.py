"""Sends the customer a message by the first channel that works, in order of preference."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import datetime
from typing import Any

from engine.core.effect import CALL, Effect
from engine.core.errors import GiveUp, Problem
from engine.core.expression import to_text
from engine.core.node import (
    Answer,
    Ask,
    Context,
    Done,
    NodeType,
    Port,
    Read,
    Until,
    because,
)
from engine.core.people import customer_id
from engine.core.script import Story, replay
from engine.core.text import Text, text
from nodes.send_message.config import CHANNELS, USUAL, Channel, Config

SENT = Port("sent", text("已发送", "sent"))
NOT_SENT = Port("not_sent", text("未发送", "not sent"))

# Why a channel was not used: our own finding, then what the guard says; else a platform's code.
WHY = {
    "no_identity": text("联系不到客户", "cannot reach the customer"),
    "no_customer": text("没有这位客户", "no such customer"),
    "opted_out": text("客户已退订", "opted out"),
    "quiet_hours": text("免打扰时段", "quiet hours"),
    "cap": text("消息次数已满", "enough messages already"),
}


def story(config: Config, ctx: Context) -> Story:
    """Channel after channel until one takes the message.

    1. By which identities the customer can be reached is looked up once.
    2. A channel the customer has no identity for is left out.
    3. The guard is asked: consent, opt-out, caps, quiet hours (waited for once, if so chosen).
    4. The message is sent and its answer awaited; refused for good, the next channel is tried.
       Without any answer it may have arrived: no second channel, the step fails by "no_answer".
    """
    customer = customer_id(config.customer, ctx)
    reach = (yield Ask(Read("reach", {"customer": customer}), reason=because("looking_up"))).value
    identities = (reach or {}).get("identities") or {}
    tried: list[dict[str, str]] = []
    for channel in _ordered(config, (reach or {}).get("preferred") or ()):
        to = identities.get(channel.identity or USUAL[channel.channel])
        if not to:
            tried.append({"channel": channel.channel, "why": "no_identity"})
            continue
        refused = yield from _guard(config, channel, customer)
        if refused:
            tried.append({"channel": channel.channel, "why": refused})
            continue
        answer = yield Ask(
            _message(config, channel, customer, to, ctx),
            catch=True,
            reason=because("sending", channel=CHANNELS[channel.channel]),
        )
        port, _, code = answer.port.partition(":")
        if port != "error":
            return _sent(channel, answer.value, tried)
        code = str((answer.value or {}).get("code") or code or "failed")
        if code in ("no_answer", "unknown"):  # by another channel it might come twice
            message = "已发出但没有收到回执", "it was sent, but no answer came"
            raise GiveUp(text(*message), code="no_answer")
        tried.append({"channel": channel.channel, "why": code})
    output = {"channel": None, "message_id": None, "tried": tried}
    return Done("not_sent", output, reason=because("not_sent", tried=_shown(tried)))


def run(config: Config, ctx: Context) -> Done | Ask:
    return replay(story(config, ctx), ctx.answers)


def _ordered(config: Config, preferred: Any) -> list[Channel]:
    if config.order == "listed":
        return list(config.channels)
    rank = {channel: place for place, channel in enumerate(preferred)}
    return sorted(config.channels, key=lambda channel: rank.get(channel.channel, len(rank)))


def _guard(config: Config, channel: Channel, customer: str) -> Generator[Ask, Answer, str]:
    """Why the channel may not be used now; "" when it may."""
    asked = Effect(
        "message.guard",
        {"customer": customer, "channel": channel.channel, "purpose": config.purpose},
        owner=f"customer:{customer}",
    )
    reason = because("asking_leave", channel=CHANNELS[channel.channel])
    leave = (yield Ask(asked, reason=reason)).value
    if not leave["allowed"] and leave.get("until") and config.quiet == "wait":
        until = leave["until"]
        moment = until if isinstance(until, datetime) else datetime.fromisoformat(until)
        yield Ask(Until(moment), reason=because("quiet", until=moment))
        leave = (yield Ask(asked, reason=reason)).value
    return "" if leave["allowed"] else str(leave.get("why") or "refused")


def _message(config: Config, channel: Channel, customer: str, to: str, ctx: Context) -> Effect:
    written = to_text(ctx.render(channel.content or config.content))
    return Effect(
        CALL,
        {**ctx.render(channel.more), "to": to, "text": written},
        effect_class="message",
        connection=channel.connection,
        action="send_message",
        subject=f"customer:{customer}",
        label=written[:80],
    )


def _sent(channel: Channel, value: Any, tried: list[dict[str, str]]) -> Done:
    id_ = value.get("message_id") if isinstance(value, Mapping) else None
    output = {"channel": channel.channel, "message_id": id_, "tried": tried}
    if not tried:
        return Done("sent", output, reason=because("sent", channel=CHANNELS[channel.channel]))
    reason = because("sent_after", channel=CHANNELS[channel.channel], tried=_shown(tried))
    return Done("sent", output, reason=reason)


def _shown(tried: list[dict[str, str]]) -> list[Text]:
    """The channels not used, each with its reason, as a person reads it."""
    shown = []
    for one in tried:
        channel, why = CHANNELS[one["channel"]], WHY.get(one["why"], text(one["why"], one["why"]))
        shown.append(text(f"{channel['zh']}（{why['zh']}）", f"{channel['en']} ({why['en']})"))
    return shown


def check(config: Config) -> list[Problem]:
    if config.content:
        return []
    return [
        Problem(
            f"/channels/{index}/content",
            text("内容和统一内容都是空的", "neither this text nor the common text is filled in"),
            code="missing",
        )
        for index, channel in enumerate(config.channels)
        if not channel.content
    ]


NODE = NodeType(
    label=text("发送消息", "Send message"),
    summary=text("发消息：{content}", "message: {content}"),
    group="customer",
    config=Config,
    run=run,
    check=check,
    effect_class="message",
    ports=(SENT, NOT_SENT),
    reasons={
        "looking_up": text("正在查看能用什么渠道联系", "finding out how to reach the customer"),
        "asking_leave": text("检查 {channel} 能否发送", "asking whether {channel} may be used"),
        "quiet": text("免打扰时段，等到 {until} 再发", "quiet hours: waits until {until}"),
        "sending": text("正在通过 {channel} 发送", "sending by {channel}"),
        "sent": text("已通过 {channel} 发送", "sent by {channel}"),
        "sent_after": text(
            "已通过 {channel} 发送；没用上的渠道：{tried}", "sent by {channel}; not used: {tried}"
        ),
        "not_sent": text("没有渠道可用：{tried}", "no channel could be used: {tried}"),
    },
    errors={
        "no_customer": text("没有客户", "no customer"),
        "no_answer": text(
            "发出后没有回执，结果待确认", "sent, but nobody knows whether it arrived"
        ),
    },
    output={
        "type": "object",
        "properties": {
            "channel": {"type": ["string", "null"], "x-title": text("所用渠道", "Channel used")},
            "message_id": {"type": ["string", "null"], "x-title": text("消息编号", "Message id")},
            "tried": {
                "type": "array",
                "x-title": text("没用上的渠道和原因", "Channels not used, and why"),
                "items": {
                    "type": "object",
                    "properties": {"channel": {"type": "string"}, "why": {"type": "string"}},
                },
            },
        },
    },
    search=("触达", "短信", "企微", "公众号", "邮件", "sms", "email"),
)
