"""What is filled in for a WeCom corporation, and for each of its actions."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, SecretStr, field_validator

from connectors.wecom.crypto import key_of
from engine.core.connector import WHERE_SECRETS_GO, Credentials, Settings
from engine.core.fields import Form, field
from engine.core.text import text as words  # a message has a field called `text`

API = "https://qyapi.weixin.qq.com"
_USER = r"^[A-Za-z0-9_.@-]{1,64}$"
_EXTERNAL = r"^[A-Za-z0-9_-]{1,64}$"

UserId = Annotated[str, Field(pattern=_USER)]
TagName = Annotated[str, Field(min_length=1, max_length=64)]


class WecomCredentials(Credentials):
    corp_id: str = field(
        words("企业 ID", "Corp id"),
        help=words("管理后台“我的企业”页底部。", "At the foot of “My company” in the console."),
        pattern=r"^[A-Za-z0-9_-]{6,64}$",
    )
    secret: SecretStr = field(
        words("应用 Secret", "App secret"),
        help=words(
            "自建应用的 Secret;该应用要配置到“客户联系 - 可调用接口的应用”。",
            "Of your own app, which must be allowed to call the customer contact interfaces.",
        ),
        widget="secret",
        min_length=1,
        max_length=200,
    )
    token: SecretStr | None = field(
        words("回调 Token", "Callback token"),
        help=words("接收事件时填写。", "To take in events."),
        widget="secret",
        default=None,
    )
    aes_key: SecretStr | None = field(
        words("回调 EncodingAESKey", "Callback EncodingAESKey"),
        help=words("接收事件时填写，43 个字符。", "To take in events; 43 characters."),
        widget="secret",
        default=None,
    )

    @field_validator("aes_key")
    @classmethod
    def _usable(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            key_of(value.get_secret_value())
        return value


class WecomSettings(Settings):
    agent_id: int | None = field(
        words("应用 AgentId", "Agent id"),
        help=words("给员工发应用消息时填写。", "To send messages to staff."),
        widget="number",
        default=None,
        ge=1,
    )
    sender: str = field(
        words("默认发送成员", "Usual sender"),
        help=words(
            "群发和打标签时用哪位员工的身份，填成员账号；留空则用第一位添加该客户的员工。",
            "Whose name messages and tags go by, a user id; empty: the first who added them.",
        ),
        default="",
        pattern=rf"({_USER})|^$",
    )
    enrich: bool = field(
        words("收到事件后立即查询客户资料", "Look up the contact of an event at once"),
        help=words(
            "回调里只有客户编号。开启后马上查询昵称、标签等资料。",
            "A callback only names the contact. On: name, tags and so on are fetched at once.",
        ),
        widget="switch",
        default=True,
    )
    staff: tuple[UserId, ...] = field(
        words("拉取哪些员工的客户", "Whose contacts to fetch"),
        help=words(
            "成员账号；留空则为所有配置了客户联系功能的员工。",
            "User ids; empty: everybody who may contact customers.",
        ),
        widget="tags",
        default=(),
        max_length=1000,
    )
    kf_accounts: tuple[Annotated[str, Field(pattern=_EXTERNAL)], ...] = field(
        words("微信客服账号", "Customer service accounts"),
        help=words(
            "要定时补齐消息的客服账号（open_kfid），wk 开头；不用微信客服则留空。",
            "Accounts (open_kfid, wk…) whose messages are fetched as well; empty without them.",
        ),
        widget="tags",
        default=(),
        max_length=100,
    )
    base_url: str = field(
        words("接口地址", "API address"),
        help=words(
            "一般不用改；私有部署时填写自己的地址。", "Leave as it is, except for a private host."
        ),
        default=API,
        pattern=r"^https?://[^\s/?#@]+$",
        max_length=200,
        extra={**WHERE_SECRETS_GO},
    )


class GetContact(Form):
    external_userid: str = field(
        words("客户编号", "Contact"),
        help=words("外部联系人的 external_userid。", "The external_userid."),
        widget="template",
        pattern=_EXTERNAL,
    )


class MarkTags(GetContact):
    add: tuple[TagName, ...] = field(
        words("打上标签", "Tags to set"),
        help=words("企业标签的名称或编号。", "Names or ids of corp tags."),
        widget="tags",
        default=(),
        max_length=100,
    )
    remove: tuple[TagName, ...] = field(
        words("去掉标签", "Tags to take off"), widget="tags", default=(), max_length=100
    )
    user: str = field(
        words("员工账号", "Employee"),
        help=words(
            "标签属于哪位员工；留空则用默认发送成员。", "Whose tags; empty: the usual sender."
        ),
        widget="template",
        default="",
        pattern=rf"({_USER})|^$",
    )


class AddTag(Form):
    group: str = field(
        words("标签组", "Tag group"),
        help=words("没有这个组时会新建。", "Made when there is none of this name."),
        widget="template",
        min_length=1,
        max_length=30,
    )
    name: str = field(words("标签名称", "Tag name"), widget="template", min_length=1, max_length=30)


class ListTags(Form):
    pass


class SendMessage(Form):
    to: str = field(
        words("客户编号", "Contact"),
        help=words("外部联系人的 external_userid。", "The external_userid."),
        widget="template",
        pattern=_EXTERNAL,
    )
    text: str = field(
        words("内容", "Text"),
        help=words("最多 4000 字节。", "At most 4000 bytes."),
        widget="template",
        default="",
        max_length=4000,
    )
    attachments: tuple[dict[str, Any], ...] = field(
        words("附件", "Attachments"),
        help=words(
            '按平台的写法，如 {"msgtype": "link", "link": {…}}，最多 9 个。',
            'As the platform writes them, {"msgtype": "link", "link": {…}}; at most 9.',
        ),
        widget="json",
        default=(),
        max_length=9,
    )
    sender: str = field(
        words("发送成员", "Sender"),
        help=words(
            "由哪位员工确认发送；留空则用默认发送成员。", "Who confirms it; empty: as usual."
        ),
        widget="template",
        default="",
        pattern=rf"({_USER})|^$",
    )


class SendWelcome(Form):
    welcome_code: str = field(
        words("欢迎语凭证", "Welcome code"),
        help=words(
            "“新增客户”事件里的 customer.fields.welcome_code,20 秒内有效。",
            "customer.fields.welcome_code of the event; it lasts 20 seconds.",
        ),
        widget="template",
        min_length=1,
        max_length=200,
    )
    text: str = field(words("内容", "Text"), widget="template", default="", max_length=4000)
    attachments: tuple[dict[str, Any], ...] = field(
        words("附件", "Attachments"), widget="json", default=(), max_length=9
    )


class SendStaffMessage(Form):
    users: tuple[UserId, ...] = field(
        words("员工账号", "Employees"), widget="tags", min_length=1, max_length=1000
    )
    text: str = field(
        words("内容", "Text"),
        help=words("最多 2048 字节。", "At most 2048 bytes."),
        widget="template",
        min_length=1,
        max_length=2048,
    )


class ListDepartments(Form):
    pass


class ListUsers(Form):
    department: int = field(
        words("部门编号", "Department"),
        help=words("1 是根部门。", "1 is the root."),
        widget="number",
        default=1,
        ge=1,
    )
