"""Contacts and tags as the actions, callbacks and pulls need them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.wecom.calls import ask
from connectors.wecom.contacts import read_contact
from engine.core.connector import Link

MOST_PAGES = 5  # of employees who added one contact; 500 a page


def fetch_contact(
    link: Link, external_userid: str, user: str = ""
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A contact as canonical customer, and the employees who added it: [{userid, remark, ...}]."""
    query = {"external_userid": external_userid}
    contact: Mapping[str, Any] = {}
    follows: list[Mapping[str, Any]] = []
    for _ in range(MOST_PAGES):
        answer = ask(link, "GET", "externalcontact/get", query=query)
        found = answer.get("external_contact")
        contact = contact or (found if isinstance(found, Mapping) else {})
        follows += _objects(answer, "follow_user")
        cursor = answer.get("next_cursor")
        if not isinstance(cursor, str) or not cursor:
            break
        query = {**query, "cursor": cursor}
    record = read_contact({"external_userid": external_userid, **contact}, follows, user)
    return record, [
        {
            "user": str(one.get("userid") or ""),
            "remark": str(one.get("remark") or ""),
            "description": str(one.get("description") or ""),
        }
        for one in follows
    ]


def fetch_tags(link: Link) -> list[dict[str, Any]]:
    """Corp tags: [{"id", "name", "tags": [{"id", "name"}]}] by group, without deleted ones."""
    answer = ask(link, "POST", "externalcontact/get_corp_tag_list", body={})
    return [
        {"id": _word(group, "group_id"), "name": _word(group, "group_name"), "tags": _tags(group)}
        for group in _objects(answer, "tag_group")
        if not group.get("deleted")
    ]


def _tags(group: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"id": _word(tag, "id"), "name": _word(tag, "name")}
        for tag in _objects(group, "tag")
        if not tag.get("deleted")
    ]


def _objects(raw: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = raw.get(name)
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _word(raw: Mapping[str, Any], name: str) -> str:
    return str(raw.get(name) or "")
