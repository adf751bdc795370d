"""Any system that can push or take events over HTTP, signed both ways.

In: one CloudEvent, a batch of them, or plain JSON with a mapping. Out: CloudEvents, signed as
Standard Webhooks; `webhook-id` is the effect's key, so a receiver that keeps to the standard does
a repetition only once.
"""

from __future__ import annotations

from connectors.webhook.forms import Send, WebhookCredentials, WebhookSettings
from connectors.webhook.receiving import receive
from connectors.webhook.sending import ERRORS, send, send_many, test
from engine.core.connector import Action, ConnectorType, EventSource, Sample
from engine.core.text import text

_ORDER = {
    "platform": "own",
    "shop": "旗舰店",
    "external_id": "A1001",
    "status": "paid",
    "amount": "128.00",
    "created_at": "2026-11-11T00:00:05+08:00",
    "paid_at": "2026-11-11T00:03:12+08:00",
}

CONNECTOR = ConnectorType(
    label=text("Webhook 推送与接收", "Webhook"),
    summary=text(
        "接收对方推送的事件，或把事件推送给对方", "Takes in events and sends events, signed"
    ),
    credentials=WebhookCredentials,
    settings=WebhookSettings,
    test=test,
    receive=receive,
    group="general",
    events=(EventSource("order.paid", text("订单已付款", "Order paid"), {"order": _ORDER}),),
    actions=(
        Action(
            key="send",
            label=text("推送事件", "Send an event"),
            summary=text("把事件签名后推送到对方地址", "Sends a signed event to the address"),
            effect_class="write",
            input=Send,
            output={
                "type": "object",
                "properties": {"status": {"type": "integer"}, "id": {"type": "string"}},
                "required": ["status", "id"],
            },
            run=send,
            run_many=send_many,
            batch=200,
            takes_key=True,
            errors=ERRORS,
            samples={
                "ok": Sample(text("已送达", "Delivered"), {"status": 204, "id": "eff_1_a"}),
                "error": Sample(
                    text("对方已停用这个地址", "The address is gone"),
                    error="not_found",
                    message=text("crm.example.com 返回 410", "crm.example.com answered 410"),
                ),
            },
        ),
    ),
)
