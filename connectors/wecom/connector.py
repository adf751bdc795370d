"""WeCom (企业微信): contacts and their tags, messages in and out, the staff and its departments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from connectors.wecom.acting import (
    OWN_ERRORS,
    add_tag,
    get_contact,
    list_departments,
    list_tags,
    list_users,
    mark_tags,
    send_message,
    send_staff_message,
    send_welcome,
    test,
)
from connectors.wecom.forms import (
    AddTag,
    GetContact,
    ListDepartments,
    ListTags,
    ListUsers,
    MarkTags,
    SendMessage,
    SendStaffMessage,
    SendWelcome,
    WecomCredentials,
    WecomSettings,
)
from connectors.wecom.pulling import pull
from connectors.wecom.receiving import receive
from engine.core.connector import Action, ConnectorType, EventSource, Limits, Sample
from engine.core.text import text

_WHO = [{"kind": "wecom_external_userid", "value": "wmQingheLinWanqiu0001"}]
_CUSTOMER: dict[str, Any] = {
    "name": "林晚秋",
    "nick": "晚秋",
    "gender": "female",
    "tags": ["敏感肌"],
    "owner_user": "zhouke",
    "source": "双11门店码",
    "created_at": "2026-11-11T00:03:12Z",
    "identities": _WHO,
    "fields": {"state": "双11门店码", "user": "zhouke", "welcome_code": "CALLBACK_CODE"},
}
_MESSAGE = {
    "platform": "wecom",
    "external_id": "msg_0001",
    "channel": "微信客服",
    "direction": "in",
    "kind": "text",
    "text": "眼霜什么时候发货？",
    "sent_at": "2026-11-11T00:05:00Z",
    "conversation": "wkQinghe01:wmQingheLinWanqiu0001",
    "identities": _WHO,
}
_LEFT = {
    "platform": "wecom",
    "account": "zhouke",
    "happened_at": "2026-11-20T02:00:00Z",
    "identities": _WHO,
}
_JOINED = {**_LEFT, "account": "wrQingheChat01", "text": "进入客户群"}

_EVENTS: tuple[tuple[str, str, str, Mapping[str, Any]], ...] = (
    ("customer.added", "新增客户", "Customer added", {"customer": _CUSTOMER}),
    ("customer.updated", "客户资料变更", "Customer updated", {"customer": _CUSTOMER}),
    ("message.received", "收到客户消息", "Message received", {"message": _MESSAGE}),
    ("interaction.followed", "客户进入客户群", "Joined a group", {"interaction": _JOINED}),
    ("interaction.unfollowed", "客户删除员工或退群", "Left", {"interaction": _LEFT}),
)  # fmt: skip


def _refused(code: str) -> Sample:
    said = OWN_ERRORS[code]
    message = text(f"企业微信返回：{said['zh']}", f"WeCom answered: {said['en']}")
    return Sample(text("平台拒绝", "Refused"), error=code, message=message)


def _output(**properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


_WORD = {"type": "string"}
_YES = {"type": "boolean"}
_WORDS = {"type": "array", "items": _WORD}
_OBJECTS = {"type": "array", "items": {"type": "object"}}
_GROUP = {"id": "etGroup01", "name": "肤质", "tags": [{"id": "etQinghe01", "name": "敏感肌"}]}

CONNECTOR = ConnectorType(
    label=text("企业微信", "WeCom"),
    summary=text(
        "接收客户与客服消息，打标签、发消息、读取组织架构",
        "Contacts and messages in; tags, messages and the staff out",
    ),
    credentials=WecomCredentials,
    settings=WecomSettings,
    test=test,
    receive=receive,
    pull=pull,
    group="platform",
    platform="wecom",
    reaches="wecom_external_userid",
    limits=Limits(rate=50, per=timedelta(seconds=1), concurrent=4, timeout=timedelta(seconds=10)),
    events=tuple(EventSource(type_, text(zh, en), data) for type_, zh, en, data in _EVENTS),
    actions=(
        Action(
            key="get_contact",
            label=text("查询客户", "Get a contact"),
            summary=text("查询客户资料和添加他的员工", "Reads a contact and who added them"),
            effect_class="read",
            input=GetContact,
            output=_output(customer={"type": ["object", "null"]}, followers=_OBJECTS),
            run=get_contact,
            samples={
                "ok": Sample(
                    text("查到客户", "Found"),
                    {
                        "customer": _CUSTOMER,
                        "followers": [{"user": "zhouke", "remark": "林晚秋", "description": ""}],
                    },
                ),
                "empty": Sample(
                    text("不是任何员工的客户", "Nobody's"), {"customer": None, "followers": []}
                ),
                "error": _refused("40096"),
            },
            errors=OWN_ERRORS,
        ),
        Action(
            key="list_tags",
            label=text("查询企业标签", "List corp tags"),
            summary=text("查询全部标签组和标签", "Reads all groups of tags"),
            effect_class="read",
            input=ListTags,
            output=_output(groups=_OBJECTS),
            run=list_tags,
            samples={
                "ok": Sample(text("有标签", "Some"), {"groups": [_GROUP]}),
                "empty": Sample(text("没有标签", "None"), {"groups": []}),
                "error": _refused("48002"),
            },
            errors=OWN_ERRORS,
        ),
        Action(
            key="add_tag",
            label=text("新建企业标签", "Add a corp tag"),
            summary=text("在标签组里新建标签，已有则直接返回", "Adds a tag unless it is there"),
            effect_class="write",
            input=AddTag,
            output=_output(id=_WORD, name=_WORD, is_new=_YES),
            run=add_tag,
            samples={
                "ok": Sample(
                    text("已新建", "Added"), {"id": "etQinghe02", "name": "油皮", "is_new": True}
                ),
                "empty": Sample(
                    text("已经有了", "There already"),
                    {"id": "etQinghe01", "name": "敏感肌", "is_new": False},
                ),
                "error": _refused("48002"),
            },
            errors=OWN_ERRORS,
        ),
        Action(
            key="mark_tags",
            label=text("打企业标签", "Set tags"),
            summary=text(
                "给客户打上或去掉企业标签", "Sets a contact's corp tags or takes them off"
            ),
            effect_class="write",
            input=MarkTags,
            output=_output(user=_WORD, added=_WORDS, removed=_WORDS),
            run=mark_tags,
            samples={
                "ok": Sample(
                    text("已打标签", "Done"),
                    {"user": "zhouke", "added": ["etQinghe01"], "removed": []},
                ),
                "error": _refused("84061"),
            },
            errors=OWN_ERRORS,
            subject_from="external_userid",
        ),
        Action(
            key="send_message",
            label=text("给客户发消息", "Message a contact"),
            summary=text("生成群发任务，由员工确认后发出", "Makes a task an employee confirms"),
            effect_class="message",
            input=SendMessage,
            output=_output(message_id=_WORD, sender=_WORD),
            run=send_message,
            samples={
                "ok": Sample(
                    text("任务已生成", "Made"), {"message_id": "msgQinghe01", "sender": "zhouke"}
                ),
                "error": _refused("not_reached"),
            },
            errors=OWN_ERRORS,
            subject_from="to",
        ),
        Action(
            key="send_welcome",
            label=text("发欢迎语", "Send a welcome"),
            summary=text("给刚添加的客户发欢迎语，20 秒内有效", "Welcomes a new contact"),
            effect_class="message",
            input=SendWelcome,
            output=_output(sent=_YES),
            run=send_welcome,
            samples={
                "ok": Sample(text("已发送", "Sent"), {"sent": True}),
                "error": _refused("41050"),
            },
            errors=OWN_ERRORS,
        ),
        Action(
            key="send_staff_message",
            label=text("给员工发消息", "Message staff"),
            summary=text("用应用给员工发文字消息", "Sends a text to employees"),
            effect_class="message",
            input=SendStaffMessage,
            output=_output(message_id=_WORD, missed=_WORDS),
            run=send_staff_message,
            samples={
                "ok": Sample(text("已发送", "Sent"), {"message_id": "MSGID", "missed": []}),
                "error": _refused("no_agent"),
            },
            errors=OWN_ERRORS,
        ),
        Action(
            key="list_departments",
            label=text("读取部门", "List departments"),
            summary=text("读取应用可见的全部部门", "Reads all departments the app sees"),
            effect_class="read",
            input=ListDepartments,
            output=_output(departments=_OBJECTS),
            run=list_departments,
            samples={
                "ok": Sample(
                    text("有部门", "Some"),
                    {
                        "departments": [
                            {"id": "1", "name": "青禾", "parent": None, "leaders": []},
                            {"id": "2", "name": "华东大区", "parent": "1", "leaders": ["zhouke"]},
                        ]
                    },
                ),
                "empty": Sample(text("没有部门", "None"), {"departments": []}),
                "error": _refused("48002"),
            },
            errors=OWN_ERRORS,
        ),
        Action(
            key="list_users",
            label=text("读取员工", "List employees"),
            summary=text("读取部门及下级部门的员工", "Reads the staff of a department and below"),
            effect_class="read",
            input=ListUsers,
            output=_output(users=_OBJECTS),
            run=list_users,
            samples={
                "ok": Sample(
                    text("有员工", "Some"),
                    {
                        "users": [
                            {
                                "id": "zhouke",
                                "name": "周可",
                                "position": "店长",
                                "departments": ["2"],
                                "department": "2",
                                "leads": ["2"],
                                "superiors": [],
                                "is_active": True,
                            }
                        ]
                    },
                ),
                "empty": Sample(text("没有员工", "None"), {"users": []}),
                "error": _refused("60011"),
            },
            errors=OWN_ERRORS,
        ),
    ),
)
