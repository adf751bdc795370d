"""What is filled in for a webhook connection, and for one event that goes out."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime, SecretStr, field_validator

from connectors import secret_values
from connectors.webhook.mapping import JsonMapping
from connectors.webhook.signature import key_of
from engine.core.connector import Credentials, Link, Settings
from engine.core.fields import Form, field
from engine.core.text import text
from engine.core.wording import Wrong


class WebhookCredentials(Credentials):
    secret: SecretStr = field(
        text("签名密钥", "Signing secret"),
        help=text(
            "whsec_ 开头的密钥，或至少 16 个字符的文字；双方填写同一个。",
            "A secret that begins with whsec_, or text of at least 16 characters; both sides share "
            "it.",
        ),
        widget="secret",
        min_length=16,
        max_length=200,
    )
    old_secret: SecretStr | None = field(
        text("旧签名密钥", "Previous secret"),
        help=text(
            "更换密钥期间填写，新旧同时有效。", "While a secret is being changed: both are valid."
        ),
        widget="secret",
        default=None,
    )

    @field_validator("secret", "old_secret")
    @classmethod
    def _usable(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and len(key_of(secret.get_secret_value())) < 16:
            raise Wrong(
                "至少 16 个字符；以 whsec_ 开头时，其后至少 16 字节",
                "a secret needs at least 16 characters, or 16 bytes after whsec_",
            )
        return secret


class WebhookSettings(Settings):
    url: str = field(
        text("推送地址", "Address to send to"),
        help=text("只接收时留空。", "Empty when events only come in."),
        default="",
        pattern=r"^(https?://[^\s@]+)?$",
        max_length=1000,
    )
    types: tuple[str, ...] = field(
        text("允许的事件类型", "Types taken in"),
        help=text(
            "如 order.paid、refund.*；留空表示全部。工单、结算、库存等系统自有的类型不会接收。",
            "Such as order.paid or refund.*; empty: all. The system's own types (ticket, "
            "settlement, stock) are never taken in.",
        ),
        widget="tags",
        default=(),
        max_length=100,
    )
    mapping: JsonMapping | None = field(
        text("字段对照", "Mapping"),
        help=text(
            "对方推送普通 JSON 时填写；推送 CloudEvents 时留空。",
            "For plain JSON; empty when the other side sends CloudEvents.",
        ),
        widget="mapping_to_record",
        default=None,
    )


class Send(Form):
    type: str = field(
        text("事件类型", "Type"), widget="event_type", pattern=r"^[A-Za-z0-9_.-]{1,100}$"
    )
    data: dict[str, Any] = field(text("内容", "Data"), widget="json", default_factory=dict)
    subject: str = field(text("主体编号", "Subject"), widget="template", default="", max_length=200)
    time: AwareDatetime | None = field(
        text("发生时间", "Time"),
        help=text("留空则不写。", "Left out when empty."),
        widget="expression",
        default=None,
    )


def keys_of(link: Link) -> list[bytes]:
    """The keys of a connection, the present one first."""
    return [key_of(secret) for secret in secret_values(link.credentials)]
