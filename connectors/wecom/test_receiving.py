"""Callbacks: who may send them, and what they become."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.wecom.conftest import (
    ACCOUNT,
    AT,
    CONTACT,
    CORP,
    TOKEN,
    Talks,
    callback,
    rang,
    seal,
    signature,
    talk,
    told,
)
from connectors.wecom.connector import CONNECTOR
from engine.core.connector import Request
from engine.core.errors import InvalidInput, Unauthenticated
from engine.core.event_types import validate_data
from tests.wire import NOW, Answer

WHO = [{"kind": "wecom_external_userid", "value": CONTACT}]
RECORDED = json.loads(
    (Path(__file__).parent / "recordings" / "get_contact.json").read_text(encoding="utf-8")
)


def receive(link: Any, request: Request) -> Any:
    assert CONNECTOR.receive is not None
    reply = CONNECTOR.receive(link, request)
    for event in reply.events:
        assert validate_data(event.type, event.data) == []
    return reply


def contact(change: str, **more: str) -> str:
    members = {"ChangeType": change, "UserID": "zhouke", "ExternalUserID": CONTACT, **more}
    return told("change_external_contact", **members)


# -- who may send --------------------------------------------------------------------------------


def test_the_address_is_proven(link: Any) -> None:
    cipher, moment = seal(b"1616140317555161061"), str(AT)
    query = {"timestamp": moment, "nonce": "n", "echostr": cipher}
    query["msg_signature"] = signature(TOKEN, moment, "n", cipher)
    reply = receive(link(), Request("GET", "/hooks/wecom/qinghe", query, {}, b"", NOW))
    assert (reply.status, reply.body) == (200, b"1616140317555161061")
    assert reply.content_type.startswith("text/plain")
    for name in query:
        changed = {**query, name: query[name][:-1]}
        with pytest.raises(Unauthenticated):
            receive(link(), Request("GET", "/", changed, {}, b"", NOW))


@pytest.mark.parametrize(
    "changed", [{"msg_signature": ""}, {"nonce": "1"}, {"timestamp": "1"}, {"timestamp": "now"}]
)
def test_a_wrong_signature_is_refused(link: Any, changed: dict[str, str]) -> None:
    with pytest.raises(Unauthenticated):
        receive(link(), callback(contact("add_external_contact"), **changed))


def test_another_key_token_or_corporation_is_refused(link: Any) -> None:
    request = callback(contact("add_external_contact"))
    for other in (
        {"token": "another"},
        {"aes_key": "b" * 42 + "E"},
        {"corp_id": "wwAnother1"},
        {"token": None},
        {"aes_key": None},
    ):
        with pytest.raises(Unauthenticated):
            receive(link(other), request)


@pytest.mark.parametrize("away", [-11, 11])
def test_an_old_callback_is_refused(link: Any, away: int) -> None:
    with pytest.raises(Unauthenticated):
        receive(link(), callback(contact("edit_external_contact"), at=AT + away * 60))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<xml>",
        b"\xff",
        b"<xml/>",
        b"<xml>text</xml>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml><Encrypt>a</Encrypt></xml>',
        b'<?xml version="1.0" encoding="nope"?><xml><Encrypt>a</Encrypt></xml>',
        b"<xml>" + b"<a>" * 50 + b"</a>" * 50 + b"</xml>",
        b"<xml>" + b" " * 300_000 + b"</xml>",
    ],
)
def test_a_body_that_is_no_usable_xml_is_refused(link: Any, body: bytes) -> None:
    request = callback(contact("edit_external_contact"))
    with pytest.raises(InvalidInput):
        receive(link(), Request("POST", "/", request.query, {}, body, NOW))


@pytest.mark.parametrize(
    "message",
    [
        "",
        "no xml",
        "<xml/>",
        "<xml><Event>x</Event></xml>",
        "<xml><CreateTime>x</CreateTime></xml>",
    ],
)
def test_a_message_that_is_none_is_refused(link: Any, message: str) -> None:
    with pytest.raises(InvalidInput):
        receive(link(), callback(message))


def test_an_entity_inside_the_sealed_message_is_refused(link: Any) -> None:
    inner = (
        f'<!DOCTYPE x [<!ENTITY a "b">]><xml><CreateTime>{AT}</CreateTime><Event>&a;</Event></xml>'
    )
    with pytest.raises(InvalidInput):
        receive(link(), callback(inner))


def test_a_body_without_a_sealed_message_is_refused(link: Any) -> None:
    query = {"timestamp": str(AT), "nonce": "n"}
    query["msg_signature"] = signature(TOKEN, str(AT), "n", "")
    request = Request("POST", "/", query, {}, b"<xml><a>1</a></xml>", NOW)
    with pytest.raises(Unauthenticated):
        receive(link(), request)


# -- contacts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", ["add_external_contact", "add_half_external_contact"])
def test_a_new_contact_comes_whole_and_with_its_welcome_code(
    link: Any, platform: Any, change: str
) -> None:
    platform.faults = [RECORDED["response"]]
    more = {"State": "渠道码07", "WelcomeCode": "CODE"}
    reply = receive(link(), callback(contact(change, **more)))
    (event,) = reply.events
    assert (event.type, event.source, event.subject) == ("customer.added", f"wecom:{CORP}", CONTACT)
    assert (event.connection, event.time) == ("qinghe", NOW)
    customer = event.data["customer"]
    assert (customer["name"], customer["tags"]) == ("林晚秋", ["敏感肌", "老客"])
    assert (customer["owner_user"], customer["source"]) == ("zhouke", "渠道码07")
    assert customer["fields"]["welcome_code"] == "CODE"
    assert {"kind": "unionid", "value": "oQingheUnion0001"} in customer["identities"]
    assert (reply.status, reply.body) == (200, b"success")


@pytest.mark.parametrize("fault", [Answer(drop=True), Answer(503), {"errcode": 84061}])
def test_without_details_a_new_contact_still_counts(link: Any, platform: Any, fault: Any) -> None:
    platform.faults = [fault]
    (event,) = receive(link(), callback(contact("add_external_contact", WelcomeCode="C"))).events
    customer = event.data["customer"]
    assert (customer["identities"], customer["owner_user"]) == (WHO, "zhouke")
    assert customer["fields"]["welcome_code"] == "C"
    assert customer["created_at"] == "2026-11-11T00:03:12Z"


def test_details_can_be_left_out(link: Any, platform: Any) -> None:
    (event,) = receive(link(enrich=False), callback(contact("edit_external_contact"))).events
    assert event.data["customer"]["identities"] == WHO
    assert platform.calls == []


@pytest.mark.parametrize(
    ("change", "more", "type_", "says"),
    [
        ("edit_external_contact", {}, "customer.updated", {"change": "edit_external_contact"}),
        ("del_external_contact", {}, "customer.updated", {"deleted_by": "staff"}),
        ("transfer_fail", {"FailReason": "customer_refused"}, "customer.updated",
         {"transfer_failed": "customer_refused"}),
        ("msg_audit_approved", {"WelcomeCode": "W"}, "customer.updated", {"welcome_code": "W"}),
        ("del_follow_user", {}, "interaction.unfollowed", {}),
    ],
)  # fmt: skip
def test_other_changes_of_a_contact(
    link: Any, change: str, more: dict[str, str], type_: str, says: dict[str, str]
) -> None:
    (event,) = receive(link(enrich=False), callback(contact(change, **more))).events
    (record,) = event.data.values()
    assert (event.type, record["identities"]) == (type_, WHO)
    assert says.items() <= record.get("fields", {}).items()


def test_the_same_callback_again_is_the_same_event(link: Any) -> None:
    xml = contact("del_follow_user")
    first = receive(link(), callback(xml)).events[0]
    # Sealed anew with other random bytes and another time, as the platform does when it repeats.
    again = callback(xml, seal(xml.encode(), random=b"fedcba9876543210"), at=AT + 5)
    assert receive(link(), again).events[0] == first
    assert receive(link(), callback(xml.replace("zhouke", "linmo"))).events[0].id != first.id


def test_the_form_of_third_party_apps_is_read_too(link: Any) -> None:
    xml = (
        f"<xml><SuiteId>ww1</SuiteId><AuthCorpId>{CORP}</AuthCorpId>"
        f"<InfoType><![CDATA[change_external_contact]]></InfoType><TimeStamp>{AT}</TimeStamp>"
        f"<ChangeType>del_follow_user</ChangeType><UserID>zhouke</UserID>"
        f"<ExternalUserID>{CONTACT}</ExternalUserID></xml>"
    )
    (event,) = receive(link(), callback(xml)).events
    assert event.type == "interaction.unfollowed"


# -- groups, tags, staff -------------------------------------------------------------------------


def test_a_group_tells_of_each_contact_that_came(link: Any) -> None:
    members = f"<Item>{CONTACT}</Item><Item>zhouke</Item><Item>woSecond</Item>"
    xml = told(
        "change_external_chat",
        ChatId="wrChat01",
        ChangeType="update",
        UpdateDetail="add_member",
        JoinScene="1",
        MemChangeList=members,
    )
    chat, first, second = receive(link(), callback(xml)).events
    assert chat.type == "wecom.chat_changed"
    assert chat.data["chat"]["members"] == [CONTACT, "zhouke", "woSecond"]
    assert (first.type, second.type) == ("interaction.followed", "interaction.followed")
    assert first.data["interaction"]["identities"] == WHO
    assert first.data["interaction"]["fields"] == {"group_chat": "wrChat01", "scene": "1"}
    assert len({chat.id, first.id, second.id}) == 3
    left = xml.replace("add_member", "del_member")
    assert receive(link(), callback(left)).events[1].type == "interaction.unfollowed"
    gone = told("change_external_chat", ChatId="wrChat01", ChangeType="dismiss")
    assert [event.type for event in receive(link(), callback(gone)).events] == [
        "wecom.chat_changed"
    ]


@pytest.mark.parametrize("change", ["create", "update", "delete", "shuffle"])
def test_tags_of_the_corporation(link: Any, change: str) -> None:
    xml = told("change_external_tag", Id="et01", TagType="tag", ChangeType=change)
    (event,) = receive(link(), callback(xml)).events
    assert event.type == "wecom.tag_changed"
    assert {"id": "et01", "kind": "tag", "change": change}.items() <= event.data["tag"].items()


def test_staff_and_departments_without_phone_or_mail(link: Any) -> None:
    more = {"Name": "周可", "Department": "2,5", "Mobile": "13900001234", "Email": "a@example.com"}
    xml = told("change_contact", ChangeType="update_user", UserID="zhouke", **more)
    (event,) = receive(link(), callback(xml)).events
    assert event.type == "wecom.member_changed"
    assert event.data["member"]["departments"] == ["2", "5"]
    assert "13900001234" not in json.dumps(event.data)
    xml = told("change_contact", ChangeType="create_party", Id="2", Name="华东", ParentId="1")
    (event,) = receive(link(), callback(xml)).events
    assert event.type == "wecom.department_changed"
    assert event.data["department"]["parent"] == "1"


@pytest.mark.parametrize(
    "xml",
    [
        told("change_contact", ChangeType="update_tag", TagId="1"),
        told("change_external_contact", ChangeType="something_new"),
        told("change_external_contact", ChangeType="add_external_contact"),
        told("change_external_chat", ChangeType="create"),
        told("kf_msg_or_event"),
        told("kf_account_auth_change"),
        told("enter_agent"),
    ],
)
def test_what_is_not_ours_is_acknowledged(link: Any, xml: str) -> None:
    reply = receive(link(enrich=False), callback(xml))
    assert (reply.status, reply.events, reply.review) == (200, [], [])


# -- customer service ----------------------------------------------------------------------------


def test_messages_are_read_when_the_platform_rings(link: Any, platform: Any) -> None:
    talks = Talks(platform, size=2)
    corp = link()
    talks.list = [
        talk("old", at=AT - 86_400),
        talk("m1"),
        talk("m2", origin=5, servicer_userid="zhouke"),
        talk("e1", origin=4, msgtype="event", event={"event_type": "enter_session"}),
        talk("m3", msgtype="image", image={"media_id": "MEDIA"}),
        talk("m4", msgtype="link", link={"title": "看这个", "url": "https://example.com/a"}),
        "no object",
    ]
    reply = receive(corp, rang())
    assert [event.id for event in reply.events] == ["kf:m1", "kf:m2", "kf:m3", "kf:m4"]
    first, second, third, fourth = (event.data["message"] for event in reply.events)
    assert (first["direction"], first["text"], first["identities"]) == ("in", "内容 m1", WHO)
    assert first["conversation"] == f"{ACCOUNT}:{CONTACT}"
    assert (second["direction"], second["agent"]) == ("out", "zhouke")
    assert (third["kind"], third["fields"]["media_id"]) == ("image", "MEDIA")
    assert (fourth["text"], fourth["media_url"]) == ("看这个", "https://example.com/a")
    assert [aside["record"] for aside in reply.review] == ["no object"]
    assert platform.calls[-1][3]["token"] == "ENCtoken"
    # The next ring goes on where this one stopped.
    talks.list.append(talk("m5", at=AT + 60))
    assert [event.id for event in receive(corp, rang("next")).events] == ["kf:m5"]


def test_messages_that_cannot_be_read_in_time_are_set_aside(link: Any, platform: Any) -> None:
    talks = Talks(platform)
    talks.list = [talk("m1")]
    corp = link(kf_accounts=[ACCOUNT])
    platform.faults = [Answer(503)]
    reply = receive(corp, rang())
    assert (reply.status, reply.events) == (200, [])
    assert [aside["record"] for aside in reply.review] == [{"kf_account": ACCOUNT}]
    assert [event.id for event in receive(corp, rang()).events] == ["kf:m1"]
