"""What is filled in for a message: channels, best first, and how to behave."""

from __future__ import annotations

from typing import Any, Literal

from engine.core.fields import Form, field
from engine.core.node import NodeConfig
from engine.core.people import customer_field
from engine.core.text import text

CHANNELS = {
    "wecom": text("企业微信", "WeCom"),
    "official_account": text("公众号", "official account"),
    "sms": text("短信", "SMS"),
    "email": text("邮件", "e-mail"),
}
# Which identity a channel writes to unless the row says otherwise.
USUAL = {
    "wecom": "wecom_external_userid",
    "official_account": "wechat_open_id",
    "sms": "phone",
    "email": "email",
}


class Channel(Form):
    connection: str = field(
        text("平台对接", "Connection"),
        widget="connection",
        extra={"x-action": "send_message"},
        min_length=1,
        max_length=64,
    )
    channel: Literal["wecom", "official_account", "sms", "email"] = field(
        text("渠道", "Channel"),
        help=text("客户可以按渠道退订", "customers opt out by channel"),
        widget="select",
        default="wecom",
        options=CHANNELS,
    )
    identity: str = field(
        text("发给哪种身份", "Identity written to"),
        help=text("留空则按渠道默认", "empty: what the channel usually writes to"),
        default="",
        pattern=r"^([a-z][a-z0-9_]{0,63})?$",
    )
    content: str = field(
        text("内容", "Text"),
        help=text("留空则用下面的统一内容", "empty: the common text"),
        widget="template",
        default="",
        max_length=4000,
    )
    more: dict[str, Any] = field(
        text("其他参数", "Further values"),
        help=text(
            "该渠道特有的参数，例如邮件标题 subject", "of this channel, e.g. an e-mail's subject"
        ),
        widget="mapping",
        default_factory=dict,
    )


class Config(NodeConfig):
    channels: tuple[Channel, ...] = field(
        text("渠道（按优先顺序）", "Channels, best first"),
        widget="list",
        min_length=1,
        max_length=10,
    )
    content: str = field(
        text("统一内容", "Common text"), widget="template", default="", max_length=4000
    )
    purpose: Literal["marketing", "service"] = field(
        text("用途", "Purpose"),
        help=text(
            "已退订的渠道一律不发；营销消息还受次数和免打扰时段限制",
            "never where the customer has opted out; marketing also keeps to caps and quiet hours",
        ),
        widget="select",
        default="marketing",
        options={
            "marketing": text("营销", "marketing"),
            "service": text("服务通知", "service notice"),
        },
    )
    quiet: Literal["wait", "skip"] = field(
        text("遇到免打扰时段", "In quiet hours"),
        widget="select",
        default="wait",
        options={
            "wait": text("等时段结束再发", "wait until they are over"),
            "skip": text("不用这个渠道", "leave this channel out"),
        },
    )
    order: Literal["listed", "preferred"] = field(
        text("先后顺序", "Order"),
        widget="select",
        default="listed",
        options={
            "listed": text("按列表", "as listed"),
            "preferred": text("客户偏好的渠道优先", "the customer's preferred channels first"),
        },
    )
    customer: str = customer_field()
