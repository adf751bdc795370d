"""Contacts, messages and callbacks of any shape: valid events, a refusal, or nothing."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.wecom.conftest import AT, CONTACT, CORP, callback, talk
from connectors.wecom.connector import CONNECTOR
from connectors.wecom.contacts import read_contact
from connectors.wecom.messages import read_message
from engine.core.errors import InvalidInput
from engine.core.event_types import validate_data

_LEAF = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=300)
_ANY = st.recursive(
    _LEAF,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
_CONTACT = {
    "external_userid": CONTACT,
    "name": "晚秋",
    "type": 1,
    "gender": 2,
    "unionid": "oQingheUnion0001",
}
_FOLLOW = {
    "userid": "zhouke",
    "remark": "林晚秋",
    "createtime": AT,
    "tags": [{"tag_name": "敏感肌", "type": 1}],
    "tag_id": ["et1"],
    "remark_mobiles": ["13900001234"],
    "state": "门店码",
    "add_way": 1,
}
_MEMBERS = [
    "ChangeType",
    "ExternalUserID",
    "UserID",
    "State",
    "ChatId",
    "UpdateDetail",
    "MemChangeList",
    "Id",
    "TagType",
    "Department",
    "OpenKfId",
]
_KINDS = [
    "change_external_contact",
    "change_external_chat",
    "change_external_tag",
    "change_contact",
]
_CHANGES = ["add_external_contact", "del_follow_user", "update", "update_user", "create_party"]
_TEXT = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Z", "S"]), max_size=200)


@settings(max_examples=300)
@given(st.sampled_from(sorted(_CONTACT)), st.sampled_from(sorted(_FOLLOW)), _ANY, _ANY)
def test_a_contact_of_any_shape(one: str, other: str, first: Any, second: Any) -> None:
    contact, follow = {**_CONTACT, one: first}, {**_FOLLOW, other: second}
    record = read_contact(contact, [follow], "", {"et1": "油皮"})
    assert validate_data("customer.updated", {"customer": record}) == []


@settings(
    max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.sampled_from(sorted(talk("m1"))), _ANY)
def test_a_message_of_any_shape(link: Any, name: str, value: Any) -> None:
    found = read_message(link(), {**talk("m1"), name: value})
    if found is not None:
        assert validate_data(found.type, found.data) == []


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    st.sampled_from(_KINDS),
    st.dictionaries(st.sampled_from(_MEMBERS), _TEXT | st.sampled_from(_CHANGES)),
    st.booleans(),
)
def test_a_callback_of_any_shape(
    link: Any, kind: str, members: dict[str, str], nested: bool
) -> None:
    inner = "".join(
        f"<{name}>{'<Item>' * nested}{escape(value)}{'</Item>' * nested}</{name}>"
        for name, value in members.items()
    )
    xml = (
        f"<xml><ToUserName>{CORP}</ToUserName><CreateTime>{AT}</CreateTime>"
        f"<Event>{kind}</Event>{inner}</xml>"
    )
    assert CONNECTOR.receive is not None
    try:
        reply = CONNECTOR.receive(link(enrich=False), callback(xml))
    except InvalidInput:
        return
    for event in reply.events:
        assert validate_data(event.type, event.data) == []
        assert 0 < len(event.id) <= 200
        assert len(event.subject) <= 200
