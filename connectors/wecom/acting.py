"""What a flow can ask WeCom to do, and the test of the credentials.

Sources: platform documents "编辑客户企业标签", "管理企业标签", "创建企业群发", "发送新客户欢迎语",
"发送应用消息", "获取部门列表", "获取部门成员详情".

A message to a contact cannot be sent outright: it becomes a task an employee confirms in the
client, and a contact gets a few such messages a month at most. The welcome message is the one that
goes by itself, within twenty seconds of the contact being added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from connectors.wecom.calls import ERRORS, NO_RELATION, ask
from connectors.wecom.fetching import fetch_contact, fetch_tags
from engine.core.connector import Call, Link
from engine.core.errors import GiveUp
from engine.core.text import Text, text

MOST_BYTES, MOST_STAFF_BYTES = 4000, 2048

OWN_ERRORS: Mapping[str, Text] = {
    **ERRORS,
    "no_tag": text("没有这个企业标签", "there is no such corp tag"),
    "no_sender": text("没有可用的发送员工", "there is no employee to send it"),
    "not_reached": text("客户无法接收（已达上限或不是好友）", "the contact cannot get it"),
    "no_agent": text("对接里没有填写应用 AgentId", "the connection has no agent id"),
    "too_long": text("内容超过平台长度限制", "the text is too long for the platform"),
    "41050": text("欢迎语凭证无效或已过 20 秒", "the welcome code is wrong or too old"),
    "41051": text("员工与客户已开始聊天，不能再发欢迎语", "the chat has begun already"),
}


def get_contact(link: Link, call: Call) -> dict[str, Any]:
    """externalcontact/get; nobody (null) where no employee is connected with the contact."""
    try:
        customer, follows = fetch_contact(link, call.args.external_userid)
    except GiveUp as fault:
        if fault.code == str(NO_RELATION):
            return {"customer": None, "followers": []}
        raise
    return {"customer": customer, "followers": follows}


def list_tags(link: Link, call: Call) -> dict[str, Any]:
    return {"groups": fetch_tags(link)}


def add_tag(link: Link, call: Call) -> dict[str, Any]:
    """externalcontact/add_corp_tag, unless the group has a tag of this name already."""
    group, name = call.args.group, call.args.name
    known = next((one for one in fetch_tags(link) if one["name"] == group), None)
    for tag in known["tags"] if known else ():
        if tag["name"] == name:
            return {"id": tag["id"], "name": name, "is_new": False}
    place = {"group_id": known["id"]} if known else {"group_name": group}
    body = {**place, "tag": [{"name": name}]}
    answer = ask(link, "POST", "externalcontact/add_corp_tag", body=body)
    made = answer.get("tag_group")
    tags = made.get("tag") if isinstance(made, Mapping) else None
    for tag in tags if isinstance(tags, list) else ():
        if isinstance(tag, Mapping) and tag.get("name") == name:
            return {"id": str(tag.get("id") or ""), "name": name, "is_new": True}
    raise GiveUp(ERRORS["bad_answer"], code="bad_answer")


def mark_tags(link: Link, call: Call) -> dict[str, Any]:
    """externalcontact/mark_tag with names or ids; doing it again changes nothing."""
    args = call.args
    user = args.user or _sender(link, args.external_userid)
    add, remove = _tag_ids(link, args.add, args.remove)
    if add or remove:
        body = {
            "userid": user,
            "external_userid": args.external_userid,
            "add_tag": add,
            "remove_tag": remove,
        }
        ask(link, "POST", "externalcontact/mark_tag", body=body)
    return {"user": user, "added": add, "removed": remove}


def send_message(link: Link, call: Call) -> dict[str, Any]:
    """externalcontact/add_msg_template for one contact: a task for the sender to confirm."""
    args = call.args
    body = {
        "chat_type": "single",
        "external_userid": [args.to],
        "sender": args.sender or _sender(link, args.to),
        **_content(args.text, args.attachments),
    }
    answer = ask(link, "POST", "externalcontact/add_msg_template", body=body, is_repeatable=False)
    failed = answer.get("fail_list")
    if isinstance(failed, list) and args.to in failed:
        raise GiveUp(OWN_ERRORS["not_reached"], code="not_reached")
    return {"message_id": str(answer.get("msgid") or ""), "sender": body["sender"]}


def send_welcome(link: Link, call: Call) -> dict[str, Any]:
    """externalcontact/send_welcome_msg; the platform takes each welcome code once."""
    body = {
        "welcome_code": call.args.welcome_code,
        **_content(call.args.text, call.args.attachments),
    }
    ask(link, "POST", "externalcontact/send_welcome_msg", body=body, is_repeatable=False)
    return {"sent": True}


def send_staff_message(link: Link, call: Call) -> dict[str, Any]:
    """message/send as text to employees; those outside the app's scope are named."""
    if link.settings.agent_id is None:
        raise GiveUp(OWN_ERRORS["no_agent"], code="no_agent")
    if len(call.args.text.encode()) > MOST_STAFF_BYTES:
        raise GiveUp(OWN_ERRORS["too_long"], code="too_long")
    body = {
        "touser": "|".join(call.args.users),
        "msgtype": "text",
        "agentid": link.settings.agent_id,
        "text": {"content": call.args.text},
    }
    answer = ask(link, "POST", "message/send", body=body, is_repeatable=False)
    missed = str(answer.get("invaliduser") or "")
    return {
        "message_id": str(answer.get("msgid") or ""),
        "missed": [user for user in missed.split("|") if user],
    }


def list_departments(link: Link, call: Call) -> dict[str, Any]:
    answer = ask(link, "GET", "department/list")
    return {
        "departments": [
            {
                "id": str(one.get("id")),
                "name": str(one.get("name") or ""),
                # The root has parent 0, which is no department.
                "parent": str(one["parentid"]) if one.get("parentid") else None,
                "leaders": _words(one.get("department_leader")),
            }
            for one in _objects(answer, "department")
            if one.get("id")
        ]
    }


def list_users(link: Link, call: Call) -> dict[str, Any]:
    """user/list of a department and all below it."""
    query = {"department_id": call.args.department, "fetch_child": 1}
    answer = ask(link, "GET", "user/list", query=query)
    return {"users": [_user(one) for one in _objects(answer, "userlist") if one.get("userid")]}


def test(link: Link) -> Text:
    """Counts the departments the app sees: corp id, secret, address and permission at once."""
    answer = ask(link, "GET", "department/list")
    count = len(_objects(answer, "department"))
    return text(
        f"已连通企业微信，应用可见 {count} 个部门。",
        f"Connected to WeCom; the app sees {count} departments.",
    )


def _user(raw: Mapping[str, Any]) -> dict[str, Any]:
    departments = _words(raw.get("department"))
    leads = raw.get("is_leader_in_dept")
    flags = leads if isinstance(leads, list) else []
    main = raw.get("main_department")
    return {
        "id": str(raw["userid"]),
        "name": str(raw.get("name") or ""),
        "position": str(raw.get("position") or ""),
        "departments": departments,
        "department": str(main) if main else (departments[0] if departments else None),
        "leads": [one for one, flag in zip(departments, flags, strict=False) if flag == 1],
        "superiors": _words(raw.get("direct_leader")),
        "is_active": raw.get("status") == 1,
    }


def _content(said: str, attachments: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    if len(said.encode()) > MOST_BYTES:
        raise GiveUp(OWN_ERRORS["too_long"], code="too_long")
    if not said and not attachments:
        raise GiveUp(ERRORS["invalid"], code="invalid")
    found: dict[str, Any] = {"text": {"content": said}} if said else {}
    if attachments:
        found["attachments"] = [dict(one) for one in attachments]
    return found


def _sender(link: Link, external_userid: str) -> str:
    """The usual sender, else whoever added the contact first."""
    usual: str = link.settings.sender
    if usual:
        return usual
    customer, _ = fetch_contact(link, external_userid)
    user = customer.get("owner_user")
    if not user:
        raise GiveUp(OWN_ERRORS["no_sender"], code="no_sender")
    return str(user)


def _tag_ids(link: Link, *wanted: Sequence[str]) -> list[list[str]]:
    """Names or ids of corp tags as ids; GiveUp "no_tag" names the first that is neither."""
    if not any(wanted):
        return [[] for _ in wanted]
    tags = [tag for group in fetch_tags(link) for tag in group["tags"]]
    ids = {tag["id"]: tag["id"] for tag in tags}
    for tag in tags:
        ids.setdefault(tag["name"], tag["id"])
    found = []
    for names in wanted:
        missing = next((name for name in names if name not in ids), None)
        if missing is not None:
            message = text(f"没有企业标签“{missing}”", f"there is no corp tag “{missing}”")
            raise GiveUp(message, code="no_tag")
        found.append([ids[name] for name in names])
    return found


def _objects(raw: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = raw.get(name)
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _words(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
