"""Fetching what is there: all contacts of the staff, and messages of customer service accounts.

Sources: platform documents "批量获取客户详情" (batch/get_by_user: a hundred employees
and a hundred contacts a call, with a cursor) and "获取配置了客户联系功能的成员列表".

The platform cannot be asked what changed, so each round goes through all contacts; the id of a
contact's event is the hash of what it says, so only a changed one is news. (One that goes back to
what it once was is none: such changes come by callback.)

The cursor: {"users"?: [...], "at"?: index, "place"?: page, "round"?: start of this round, "done"?:
start of the last whole one, "kf": {account: place}, "since": start of the first pull}.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from connectors.wecom.calls import ask
from connectors.wecom.contacts import moment, read_contact
from connectors.wecom.fetching import fetch_tags
from connectors.wecom.messages import event, sync_messages
from engine.core.connector import Link, Page
from engine.core.errors import GiveUp
from engine.core.event import Event
from engine.core.text import text

USERS_AT_ONCE = 100
ROUND = timedelta(hours=6)  # all contacts are gone through no more often than this


def pull(link: Link, cursor: Mapping[str, Any], until: datetime) -> Page:
    """One step: messages of all accounts, then one page of contacts.

    `more` until this round has gone through all contacts.
    """
    state = {name: value for name, value in cursor.items() if name in _KEPT}
    now = int(until.timestamp())
    events, review = _messages(link, state, now)
    if "users" not in state:
        done = state.get("done")
        if isinstance(done, int) and now - done < ROUND.total_seconds():
            return Page(events=events, cursor=state, review=review)
        state |= {"users": _staff(link), "at": 0, "place": "", "round": now}
    if state["users"]:
        found, bad = _contacts(link, state)
        events, review = [*events, *found], [*review, *bad]
    if state["at"] >= len(state["users"]):
        state = {"kf": state["kf"], "since": state["since"], "done": state["round"]}
    return Page(events=events, cursor=state, more="users" in state, review=review)


_KEPT = {"users", "at", "place", "round", "done", "kf", "since"}


def _staff(link: Link) -> list[str]:
    if link.settings.staff:
        return list(link.settings.staff)
    answer = ask(link, "GET", "externalcontact/get_follow_user_list")
    found = answer.get("follow_user")
    return [user for user in found if isinstance(user, str)] if isinstance(found, list) else []


def _contacts(link: Link, state: dict[str, Any]) -> tuple[list[Event], list[dict[str, Any]]]:
    """One page of the contacts of up to a hundred employees; moves `state` on."""
    users = state["users"][state["at"] : state["at"] + USERS_AT_ONCE]
    body = {"userid_list": users, "cursor": state["place"], "limit": 100}
    answer = ask(link, "POST", "externalcontact/batch/get_by_user", body=body)
    listed = answer.get("external_contact_list")
    raws = listed if isinstance(listed, list) else []
    names = _tag_names(link, raws)
    events: list[Event] = []
    review: list[dict[str, Any]] = []
    for raw in raws:
        found = _contact(link, raw, names, state["round"])
        if found is None:
            reason = text("客户资料缺少编号", "the contact has no id")
            review.append({"reason": reason, "record": raw})
        else:
            events.append(found)
    following = answer.get("next_cursor")
    if isinstance(following, str) and following and following != state["place"]:
        state["place"] = following
    else:
        state["at"] += USERS_AT_ONCE
        state["place"] = ""
    return events, review


def _contact(link: Link, raw: Any, names: Mapping[str, str], seconds: int) -> Event | None:
    contact = raw.get("external_contact") if isinstance(raw, Mapping) else None
    follow = raw.get("follow_info") if isinstance(raw, Mapping) else None
    person = contact.get("external_userid") if isinstance(contact, Mapping) else None
    if not isinstance(contact, Mapping) or not isinstance(person, str) or not person:
        return None
    follows = [follow] if isinstance(follow, Mapping) else []
    record = read_contact(contact, follows, "", names)
    hashed = hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()
    record["updated_at"] = moment(seconds)
    id_ = f"contact:{person[:80]}:{hashed[:32]}"
    return event(link, id_, "customer.updated", seconds, {"customer": record}, person)


def _tag_names(link: Link, raws: Sequence[Any]) -> dict[str, str]:
    """Names by tag id, asked for only where a contact has a tag; none without permission."""
    follows = [raw.get("follow_info") for raw in raws if isinstance(raw, Mapping)]
    if not any(isinstance(follow, Mapping) and follow.get("tag_id") for follow in follows):
        return {}
    try:
        return {tag["id"]: tag["name"] for group in fetch_tags(link) for tag in group["tags"]}
    except GiveUp:
        return {}


def _messages(
    link: Link, state: dict[str, Any], now: int
) -> tuple[list[Event], list[dict[str, Any]]]:
    """Messages since the last pull. What was said before the first one is history and no news."""
    kept, since = state.get("kf"), state.get("since")
    places: dict[str, Any] = dict(kept) if isinstance(kept, Mapping) else {}
    since = since if isinstance(since, int) else now
    events: list[Event] = []
    review: list[dict[str, Any]] = []
    for account in link.settings.kf_accounts:
        place = str(places.get(account) or "")
        found, bad, places[account], _ = sync_messages(link, account, place, pages=20)
        events += [one for one in found if one.time.timestamp() >= since]
        review += bad
    state |= {"kf": places, "since": since}
    return events, review
