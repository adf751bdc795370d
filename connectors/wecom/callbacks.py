"""What a callback tells, as events.

Sources: platform documents "客户联系 - 事件回调" (change_external_contact, change_external_chat,
change_external_tag) and "通讯录变更事件" (change_contact). Tag and staff events have no message id
and a contact's none that is worth anything, so an event's id is the hash of the whole message.

What has no canonical type keeps a type of its own with free data: wecom.tag_changed,
wecom.chat_changed, wecom.member_changed, wecom.department_changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.wecom.contacts import identities, moment
from connectors.wecom.messages import event
from engine.core.connector import Link
from engine.core.event import Event

ADDED = {"add_external_contact", "add_half_external_contact"}
UPDATED = {
    "edit_external_contact",
    "del_external_contact",  # an employee deleted the contact
    "transfer_fail",
    "msg_audit_approved",
}
LEFT = "del_follow_user"  # the contact deleted the employee
_JOINED = {"add_member": "interaction.followed", "del_member": "interaction.unfollowed"}


@dataclass(frozen=True, slots=True)
class Callback:
    """One decrypted message: its members, its hash, when it was (UNIX seconds)."""

    told: Mapping[str, Any]
    id: str
    seconds: int

    @property
    def kind(self) -> str:
        return self.word("Event") or self.word("InfoType")

    @property
    def change(self) -> str:
        return self.word("ChangeType")

    def word(self, name: str, limit: int = 128) -> str:
        value = self.told.get(name)
        return value[:limit] if isinstance(value, str) else ""


def contact_event(link: Link, callback: Callback, known: Mapping[str, Any] | None) -> Event | None:
    """A changed relation between an employee and a contact.

    `known` is the contact as it was fetched; what the callback says stands over it.
    """
    person, user, state = callback.word("ExternalUserID"), callback.word("UserID"), ""
    at = moment(callback.seconds)
    if not person or at is None:
        return None
    if callback.change == LEFT:
        record: dict[str, Any] = {
            "platform": "wecom",
            "account": user or None,
            "happened_at": at,
            "identities": identities(person),
        }
        return event(
            link,
            callback.id,
            "interaction.unfollowed",
            callback.seconds,
            {"interaction": _filled(record)},
            person,
        )
    is_added = callback.change in ADDED
    if not is_added and callback.change not in UPDATED:
        return None
    state = callback.word("State")
    base = dict(known or {"identities": identities(person)})
    record = {
        **base,
        "owner_user": user or base.get("owner_user"),
        "source": state or base.get("source"),
        "created_at": base.get("created_at") or (at if is_added else None),
        "updated_at": at,
        "fields": {
            **(base.get("fields") or {}),
            **_filled(
                {
                    "change": callback.change,
                    "user": user,
                    "state": state,
                    "welcome_code": callback.word("WelcomeCode", 200),
                    "transfer_failed": callback.word("FailReason"),
                    "deleted_by": callback.word("Source") or "staff"
                    if callback.change == "del_external_contact"
                    else None,
                }
            ),
        },
    }
    type_ = "customer.added" if is_added else "customer.updated"
    data = {"customer": _filled(record)}
    return event(link, callback.id, type_, callback.seconds, data, person)


def chat_events(link: Link, callback: Callback) -> Iterator[Event]:
    """A changed customer group, and each contact who came in or left."""
    chat, detail = callback.word("ChatId"), callback.word("UpdateDetail")
    at = moment(callback.seconds)
    if not chat or at is None:
        return
    told = callback.told.get("MemChangeList")
    listed = told.get("Item") if isinstance(told, Mapping) else None
    members = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
    record = _filled(
        {
            "id": chat,
            "change": callback.change,
            "detail": detail,
            "members": members,
            "happened_at": at,
        }
    )
    yield event(link, callback.id, "wecom.chat_changed", callback.seconds, {"chat": record}, chat)
    if detail not in _JOINED:
        return
    scene = callback.word("JoinScene") if detail == "add_member" else callback.word("QuitScene")
    for member in members:
        # Members are contacts and employees; a contact's id begins with wm or wo.
        if member.startswith(("wm", "wo")):
            happened = {
                "platform": "wecom",
                "account": chat,
                "text": "进入客户群" if detail == "add_member" else "退出客户群",
                "happened_at": at,
                "identities": identities(member[:200]),
                "fields": _filled({"group_chat": chat, "scene": scene}),
            }
            yield event(
                link,
                f"{callback.id}:{member}"[:200],
                _JOINED[detail],
                callback.seconds,
                {"interaction": happened},
                member,
            )


def tag_event(link: Link, callback: Callback) -> Event:
    record = {
        "id": callback.word("Id"),
        "kind": callback.word("TagType"),
        "change": callback.change,
        "strategy": callback.word("StrategyId"),
        "happened_at": moment(callback.seconds),
    }
    data = {"tag": _filled(record)}
    return event(
        link, callback.id, "wecom.tag_changed", callback.seconds, data, callback.word("Id")
    )


def staff_event(link: Link, callback: Callback) -> Event | None:
    """A changed employee or department; phone and mail of staff stay out of events."""
    change, at = callback.change, moment(callback.seconds)
    if change.endswith("_user"):
        record = {
            "id": callback.word("UserID"),
            "new_id": callback.word("NewUserID"),
            "name": callback.word("Name"),
            "departments": _split(callback.word("Department", 1000)),
            "position": callback.word("Position"),
            "status": callback.word("Status"),
        }
        name, type_ = "member", "wecom.member_changed"
    elif change.endswith("_party"):
        record = {
            "id": callback.word("Id"),
            "name": callback.word("Name"),
            "parent": callback.word("ParentId"),
        }
        name, type_ = "department", "wecom.department_changed"
    else:
        return None
    data = {name: _filled({**record, "change": change, "happened_at": at})}
    return event(link, callback.id, type_, callback.seconds, data, str(record["id"]))


def _split(joined: str) -> list[str]:
    return [part for part in joined.split(",") if part]


def _filled(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value not in (None, "", [], {})}
