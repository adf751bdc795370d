"""Changes of a customer record, and the history they leave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import InvalidInput
from engine.customers.profile import (
    Change,
    change_consent,
    change_fields,
    change_owner,
    change_tags,
)

AT = datetime(2026, 11, 11, 12, tzinfo=UTC)
RECORD = {"id": "cus_1", "name": "林晚秋", "level": "银卡", "tags": ["老客"], "consent": {}}
OWN = {
    "type": "object",
    "properties": {"skin": {"$ref": "#/$defs/skin"}, "visits": {"type": "integer"}},
    "$defs": {"skin": {"type": "string", "enum": ["干性", "油性"]}},
}


def test_tags():
    found = change_tags(RECORD, ["VIP", " 老客 ", "VIP"], ["没有"], AT, "flow:vip")
    assert found.record["tags"] == ["老客", "VIP"]
    assert found.history == (Change("tags", ["老客"], ["老客", "VIP"], AT, "flow:vip"),)
    assert RECORD["tags"] == ["老客"]
    assert change_tags(RECORD, ["老客"], [], AT, "x").history == ()
    assert change_tags(RECORD, ["a"], ["a", "老客"], AT, "x").record["tags"] == ["a"]
    assert change_tags({"id": "cus_2"}, ["a"], [], AT, "x").record["tags"] == ["a"]


@given(st.lists(st.text("abc", min_size=1, max_size=2)), st.lists(st.text("abc", min_size=1)))
def test_tags_are_never_twice_and_a_second_time_changes_nothing(add, remove):
    once = change_tags(RECORD, add, remove, AT, "x")
    assert len(set(once.record["tags"])) == len(once.record["tags"])
    assert change_tags(once.record, add, remove, AT, "x").history == ()


@pytest.mark.parametrize("tag", ["", "  ", "x" * 65, "a\x00", 5, None])
def test_a_bad_tag_is_refused(tag):
    with pytest.raises(InvalidInput):
        change_tags(RECORD, [tag], [], AT, "x")
    with pytest.raises(InvalidInput):
        change_tags(RECORD, [str(n) for n in range(600)], [], AT, "x")


def test_fields():
    found = change_fields(RECORD, {"level": "金卡", "name": "林晚秋", "city": None}, AT, "usr_1")
    assert found.record == {**RECORD, "level": "金卡"}
    assert found.history == (Change("level", "银卡", "金卡", AT, "usr_1"),)
    assert change_fields({**RECORD, "paid": 1}, {"paid": True}, AT, "x").record["paid"] is True


def test_own_fields_follow_their_schema():
    found = change_fields(RECORD, {"skin": "干性", "visits": 3}, AT, "x", own_schema=OWN)
    assert found.record["skin"] == "干性"
    with pytest.raises(InvalidInput) as caught:
        change_fields(
            RECORD, {"skin": "中性", "visits": "3", "other": 1, "tags": []}, AT, "x", own_schema=OWN
        )
    assert {problem.path for problem in caught.value.problems} == {
        "/skin", "/visits", "/other", "/tags"
    }  # fmt: skip


@pytest.mark.parametrize("fields", [{"id": "x"}, {"phone": "1"}, {"name": 5}, {"name": "x" * 201}])
def test_what_cannot_be_changed_so(fields):
    with pytest.raises(InvalidInput) as caught:
        change_fields(RECORD, fields, AT, "x")
    assert caught.value.problems


def test_late_news_changes_only_what_is_older():
    newest = {"level": AT + timedelta(hours=1), "city": AT - timedelta(hours=1)}
    found = change_fields(RECORD, {"level": "金卡", "city": "杭州"}, AT, "x", newest=newest)
    assert found.stale == ("level",)
    assert found.record["level"] == "银卡"
    assert found.record["city"] == "杭州"


def test_owner_and_consent():
    assert change_owner(RECORD, "usr_7", AT, "x").history[0].new == "usr_7"
    assert change_owner(RECORD, None, AT, "x").history == ()
    assert change_consent(RECORD, "sms", False, AT, "x").record["consent"] == {"sms": False}
