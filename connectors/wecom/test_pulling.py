"""Pulls: all contacts of the staff, and the messages a ring did not bring."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from connectors.wecom.conftest import ACCOUNT, AT, Talks, rang, talk
from connectors.wecom.connector import CONNECTOR
from engine.core.errors import RetryLater
from engine.core.event_types import validate_data
from tests.wire import NOW, Answer


def pull_all(link: Any, cursor: Any = None, until: Any = NOW) -> Any:
    assert CONNECTOR.pull is not None
    events, review, cursor = [], [], cursor or {}
    for _ in range(500):
        page = CONNECTOR.pull(link, json.loads(json.dumps(cursor)), until)
        for event in page.events:
            assert validate_data(event.type, event.data) == []
        events += page.events
        review += page.review
        cursor = page.cursor
        if not page.more:
            return events, review, cursor
    raise AssertionError("the pull never ends")


def person(number: int, user: str = "zhouke", **follow: Any) -> dict[str, Any]:
    return {
        "external_contact": {"external_userid": f"wm{number}", "name": f"客户{number}", "type": 1},
        "follow_info": {"userid": user, "createtime": AT - number, **follow},
    }


class Book:
    """Contacts of the staff, a hundred a page."""

    def __init__(self, platform: Any, people: list[Any]) -> None:
        self.people = people
        platform.answers["externalcontact/batch/get_by_user"] = self.read
        platform.answers["externalcontact/get_follow_user_list"] = {
            "follow_user": [f"user{n}" for n in range(150)]
        }
        platform.answers["externalcontact/get_corp_tag_list"] = {
            "tag_group": [{"tag": [{"id": "et1", "name": "敏感肌"}]}]
        }
        self.asked: list[tuple[int, str]] = []

    def read(self, query: Any, body: dict[str, Any]) -> dict[str, Any]:
        assert len(body["userid_list"]) <= 100
        assert body["limit"] == 100
        self.asked.append((len(body["userid_list"]), body["cursor"]))
        if body["userid_list"][0] != "user0" and len(body["userid_list"]) == 50:
            return {"external_contact_list": [], "next_cursor": ""}
        at = int(body["cursor"] or 0)
        more = str(at + 100) if at + 100 < len(self.people) else ""
        return {"external_contact_list": self.people[at : at + 100], "next_cursor": more}


def test_all_contacts_are_gone_through(link: Any, platform: Any) -> None:
    book = Book(platform, [person(n, tag_id=["et1", "etGone"]) for n in range(250)])
    events, review, cursor = pull_all(link())
    assert {event.type for event in events} == {"customer.updated"}
    assert len({event.id for event in events}) == 250
    assert events[0].data["customer"]["tags"] == ["敏感肌"]
    assert events[0].data["customer"]["owner_user"] == "zhouke"
    assert book.asked == [(100, ""), (100, "100"), (100, "200"), (50, "")]
    assert review == []
    assert set(cursor) == {"kf", "since", "done"}


def test_only_what_changed_is_news_in_the_next_round(link: Any, platform: Any) -> None:
    book = Book(platform, [person(n) for n in range(3)])
    first, _, cursor = pull_all(link())
    assert pull_all(link(), cursor, NOW + timedelta(hours=1))[0] == []
    book.people[1] = person(1, remark="改过的备注")
    second, _, _ = pull_all(link(), cursor, NOW + timedelta(hours=7))
    known = {event.id for event in first}
    news = [event for event in second if event.id not in known]
    assert [event.subject for event in news] == ["wm1"]
    assert news[0].data["customer"]["name"] == "改过的备注"


def test_chosen_staff_only(link: Any, platform: Any) -> None:
    book = Book(platform, [person(1)])
    pull_all(link(staff=["user0", "user1"]))
    assert book.asked == [(2, "")]
    assert "externalcontact/get_follow_user_list" not in platform.paths()


@pytest.mark.parametrize("bad", ["x", 7, {}, {"external_contact": {}}, {"external_contact": "x"}])
def test_a_contact_that_cannot_be_read_stops_no_other(link: Any, platform: Any, bad: Any) -> None:
    Book(platform, [bad, person(1)])
    events, review, _ = pull_all(link())
    assert [event.subject for event in events] == ["wm1"]
    assert [aside["record"] for aside in review] == [bad]


def test_pulled_messages_fill_what_a_ring_missed(link: Any, platform: Any) -> None:
    Book(platform, [])
    talks = Talks(platform, size=1)
    talks.list = [talk("history", at=AT - 3600)]
    corp = link(kf_accounts=[ACCOUNT])
    events, _, cursor = pull_all(corp)
    assert events == []
    assert CONNECTOR.receive is not None
    talks.list += [talk("m1", at=AT + 1), talk("m2", at=AT + 2)]
    rung = CONNECTOR.receive(corp, rang()).events
    pulled, _, _ = pull_all(corp, cursor, NOW + timedelta(minutes=5))
    assert [event.id for event in pulled] == ["kf:m1", "kf:m2"]
    assert list(pulled) == list(rung)


def test_a_fault_moves_nothing(link: Any, platform: Any) -> None:
    assert CONNECTOR.pull is not None
    Book(platform, [person(n) for n in range(250)])
    page = CONNECTOR.pull(link(), {}, NOW)
    platform.faults = [Answer(503)]
    kept = json.dumps(page.cursor)
    with pytest.raises(RetryLater):
        CONNECTOR.pull(link(), page.cursor, NOW)
    assert json.dumps(page.cursor) == kept
    events, _, _ = pull_all(link(), page.cursor)
    assert len(events) == 150
