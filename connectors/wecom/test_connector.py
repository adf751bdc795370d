"""The WeCom connector at the wire: tokens, errors, actions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from pydantic import ValidationError

from connectors.wecom.calls import ask
from connectors.wecom.conftest import SECRET
from connectors.wecom.connector import CONNECTOR
from connectors.wecom.forms import SendMessage, WecomCredentials, WecomSettings
from engine.core.connector import Call
from engine.core.errors import GiveUp, NoAnswer, RetryLater
from engine.core.event_types import validate_data
from engine.core.records import Customer
from tests.wire import Answer

FOLDER = Path(__file__).parent / "recordings"
RECORDINGS = [FOLDER / "get_contact.json", FOLDER / "list_users.json"]
CONTACT = "wmQingheLinWanqiu0001"
TAGS = {
    "tag_group": [
        {
            "group_id": "etGroup01",
            "group_name": "肤质",
            "tag": [
                {"id": "etQinghe01", "name": "敏感肌"},
                {"id": "etQinghe03", "name": "油皮", "deleted": True},
            ],
        },
        {"group_id": "etGroup02", "group_name": "旧的", "deleted": True, "tag": []},
    ]
}


@pytest.fixture
def run(link: Any) -> Any:
    def run(action: str, args: dict[str, Any], **settings: Any) -> Any:
        found = CONNECTOR.action(action)
        assert found is not None
        return found.run(link(**settings), Call(found.input.model_validate(args), "eff_1_abc"))

    return run


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)
def test_a_recorded_exchange_is_sent_and_read_the_same_way(
    path: Path, run: Any, wire: Any, platform: Any
) -> None:
    recorded = json.loads(path.read_text(encoding="utf-8"))
    platform.faults = [recorded["response"]]
    assert run(recorded["action"], recorded["args"]) == recorded["output"]
    sent = urlsplit(wire.last.path)
    assert (wire.last.method, sent.path) == (
        recorded["request"]["method"],
        recorded["request"]["path"],
    )
    assert recorded["request"]["query"].items() <= dict(parse_qsl(sent.query)).items()
    if "customer" in recorded["output"]:
        Customer.model_validate(recorded["output"]["customer"])


# -- tokens and errors ---------------------------------------------------------------------------


def test_a_token_is_asked_for_once_and_used_again(platform: Any, link: Any) -> None:
    corp = link()
    for _ in range(3):
        ask(corp, "GET", "department/list")
    assert platform.paths() == ["gettoken", *["department/list"] * 3]
    assert corp.tokens.kept == {"access_token": "TOKEN-1"}


@pytest.mark.parametrize("code", [40014, 42001, 41001])
def test_a_refused_token_is_renewed_once(platform: Any, link: Any, code: int) -> None:
    corp = link()
    ask(corp, "GET", "department/list")
    platform.calls.clear()
    platform.faults = [{"errcode": code, "errmsg": "no"}]
    ask(corp, "GET", "department/list")
    assert platform.paths() == ["department/list", "gettoken", "department/list"]
    platform.faults = [{"errcode": code, "errmsg": "no"}] * 2
    with pytest.raises(GiveUp) as fault:
        ask(corp, "GET", "department/list")
    assert fault.value.code == "unauthorized"


def test_a_token_another_worker_got_meanwhile_is_used(platform: Any, link: Any) -> None:
    corp = link()
    ask(corp, "GET", "department/list")
    platform.end_tokens()

    class Stale(dict[str, str]):
        reads = 0

        def get(self, name: str, default: Any = None) -> Any:
            self.reads += 1
            return "TOKEN-1" if self.reads == 1 else super().get(name, default)

    corp.tokens.kept = Stale(access_token="TOKEN-2")
    platform.valid = {"TOKEN-2"}
    platform.calls.clear()
    ask(corp, "GET", "department/list")
    assert platform.paths() == ["department/list", "department/list"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [(-1, RetryLater), (45009, RetryLater), (45033, RetryLater), (84061, GiveUp), (60011, GiveUp)],
)
def test_error_codes_say_whether_to_try_again(
    platform: Any, link: Any, code: int, kind: type[Exception]
) -> None:
    platform.faults = [{"errcode": code, "errmsg": "the platform's words"}]
    with pytest.raises(kind) as fault:
        ask(link(), "GET", "department/list")
    assert type(fault.value) is kind
    if kind is GiveUp:
        assert fault.value.code == str(code)
    if code == 45009:
        assert fault.value.after.total_seconds() == 60


def test_wrong_credentials_are_told_apart(platform: Any, link: Any) -> None:
    with pytest.raises(GiveUp) as fault:
        CONNECTOR.test(link({"secret": "wrong"}))
    assert fault.value.code == "40001"
    with pytest.raises(GiveUp) as fault:
        CONNECTOR.test(link({"corp_id": "wwAnother1"}))
    assert fault.value.code == "40013"
    assert "0" in CONNECTOR.test(link())["zh"]


def test_no_secret_is_in_an_error(platform: Any, link: Any) -> None:
    corp = link()
    platform.faults = [{"errcode": 99, "errmsg": f"{SECRET} and TOKEN-1"}]
    with pytest.raises(GiveUp) as fault:
        ask(corp, "GET", "department/list")
    assert SECRET not in str(fault.value.message)
    assert "TOKEN-1" not in str(fault.value.message)


@pytest.mark.parametrize("body", [b"[]", b"busy", b'{"errcode":"0"}', b'{"errcode":'])
def test_an_answer_that_is_none_is_given_up(platform: Any, link: Any, body: bytes) -> None:
    platform.faults = [Answer(body=body)]
    with pytest.raises(GiveUp) as fault:
        ask(link(), "GET", "department/list")
    assert fault.value.code == "bad_answer"


def test_only_messages_are_left_unanswered(platform: Any, link: Any, run: Any, wire: Any) -> None:
    for action, args, kind in (
        ("list_departments", {}, RetryLater),
        ("send_staff_message", {"users": ["zhouke"], "text": "有新单"}, NoAnswer),
        ("send_welcome", {"welcome_code": "c", "text": "欢迎"}, NoAnswer),
        ("send_message", {"to": CONTACT, "text": "到货了", "sender": "zhouke"}, NoAnswer),
    ):
        platform.faults = [Answer(drop=True)]
        with pytest.raises(kind) as fault:
            run(action, args, agent_id=1000002)
        assert type(fault.value) is kind
    # Without a token nothing was sent yet: that is no unanswered message.
    wire.answer = Answer(drop=True)
    with pytest.raises(RetryLater):
        run("send_welcome", {"welcome_code": "c", "text": "欢迎"})


# -- actions -------------------------------------------------------------------------------------


def test_nobodys_contact_is_no_error(platform: Any, run: Any) -> None:
    platform.faults = [{"errcode": 84061, "errmsg": "not external contact"}]
    found = run("get_contact", {"external_userid": CONTACT})
    assert found == {"customer": None, "followers": []}
    platform.faults = [{"errcode": 40096, "errmsg": "invalid external userid"}]
    with pytest.raises(GiveUp):
        run("get_contact", {"external_userid": CONTACT})


def test_a_contact_with_many_employees_is_read_to_the_end(platform: Any, run: Any) -> None:
    def answer(query: dict[str, str], body: Any) -> dict[str, Any]:
        more = {"next_cursor": "second"} if "cursor" not in query else {}
        user = "linmo" if more else "zhouke"
        return {"external_contact": {"name": "晚秋"}, "follow_user": [{"userid": user}], **more}

    platform.answers["externalcontact/get"] = answer
    found = run("get_contact", {"external_userid": CONTACT})
    assert [one["user"] for one in found["followers"]] == ["linmo", "zhouke"]


def test_tags_are_listed_without_deleted_ones(platform: Any, run: Any) -> None:
    platform.answers["externalcontact/get_corp_tag_list"] = TAGS
    tags = [{"id": "etQinghe01", "name": "敏感肌"}]
    assert run("list_tags", {}) == {"groups": [{"id": "etGroup01", "name": "肤质", "tags": tags}]}


def test_a_tag_is_added_once(platform: Any, run: Any) -> None:
    platform.answers["externalcontact/get_corp_tag_list"] = TAGS
    made = {"tag_group": {"tag": [{"id": "etNew", "name": "干皮"}]}}
    platform.answers["externalcontact/add_corp_tag"] = made
    old = run("add_tag", {"group": "肤质", "name": "敏感肌"})
    assert old == {"id": "etQinghe01", "name": "敏感肌", "is_new": False}
    assert "externalcontact/add_corp_tag" not in platform.paths()
    new = run("add_tag", {"group": "肤质", "name": "干皮"})
    assert new == {"id": "etNew", "name": "干皮", "is_new": True}
    assert platform.calls[-1][3] == {"group_id": "etGroup01", "tag": [{"name": "干皮"}]}
    run("add_tag", {"group": "来源", "name": "干皮"})
    assert platform.calls[-1][3] == {"group_name": "来源", "tag": [{"name": "干皮"}]}


def test_tags_are_set_by_name_or_id(platform: Any, run: Any) -> None:
    platform.answers["externalcontact/get_corp_tag_list"] = TAGS
    platform.answers["externalcontact/get"] = {
        "follow_user": [
            {"userid": "linmo", "createtime": 1794441792},
            {"userid": "zhouke", "createtime": 1794355392},
        ]
    }
    args = {"external_userid": CONTACT, "add": ["敏感肌"]}
    assert run("mark_tags", args) == {"user": "zhouke", "added": ["etQinghe01"], "removed": []}
    assert platform.calls[-1][3] == {
        "userid": "zhouke",
        "external_userid": CONTACT,
        "add_tag": ["etQinghe01"],
        "remove_tag": [],
    }
    args = {"external_userid": CONTACT, "remove": ["etQinghe01"]}
    assert run("mark_tags", args, sender="chenxi")["user"] == "chenxi"
    assert run("mark_tags", {**args, "user": "linmo"}, sender="chenxi")["user"] == "linmo"
    with pytest.raises(GiveUp) as fault:
        run("mark_tags", {"external_userid": CONTACT, "add": ["没有"]}, sender="chenxi")
    assert fault.value.code == "no_tag"


def test_a_message_becomes_a_task_of_the_sender(platform: Any, run: Any) -> None:
    platform.answers["externalcontact/add_msg_template"] = {"msgid": "msg01", "fail_list": []}
    link = {"msgtype": "link", "link": {"title": "双11", "url": "https://example.com/a"}}
    args = {"to": CONTACT, "text": "您的眼霜到货了", "attachments": [link]}
    assert run("send_message", args, sender="zhouke") == {"message_id": "msg01", "sender": "zhouke"}
    assert platform.calls[-1][3] == {
        "chat_type": "single",
        "external_userid": [CONTACT],
        "sender": "zhouke",
        "text": {"content": "您的眼霜到货了"},
        "attachments": [link],
    }
    platform.answers["externalcontact/add_msg_template"] = {"fail_list": [CONTACT]}
    with pytest.raises(GiveUp) as fault:
        run("send_message", args, sender="zhouke")
    assert fault.value.code == "not_reached"
    platform.answers["externalcontact/get"] = {}
    with pytest.raises(GiveUp) as fault:
        run("send_message", args)
    assert fault.value.code == "no_sender"


@pytest.mark.parametrize(("text", "code"), [("字" * 1334, "too_long"), ("", "invalid")])
def test_a_text_must_fit_the_platform(platform: Any, run: Any, text: str, code: str) -> None:
    for action, args in (
        ("send_message", {"to": CONTACT, "sender": "zhouke"}),
        ("send_welcome", {"welcome_code": "c"}),
    ):
        with pytest.raises(GiveUp) as fault:
            run(action, {**args, "text": text})
        assert fault.value.code == code
    assert platform.calls == []


def test_a_welcome_goes_out_by_its_code(platform: Any, run: Any) -> None:
    assert run("send_welcome", {"welcome_code": "CODE", "text": "欢迎"}) == {"sent": True}
    method, path, _, body = platform.calls[-1]
    assert (method, path) == ("POST", "externalcontact/send_welcome_msg")
    assert body == {"welcome_code": "CODE", "text": {"content": "欢迎"}}
    platform.faults = [{"errcode": 41050, "errmsg": "invalid welcome code"}]
    with pytest.raises(GiveUp) as fault:
        run("send_welcome", {"welcome_code": "CODE", "text": "欢迎"})
    assert fault.value.code == "41050"


def test_staff_gets_messages_of_the_app(platform: Any, run: Any) -> None:
    platform.answers["message/send"] = {"msgid": "m1", "invaliduser": "gone|left"}
    args = {"users": ["zhouke", "gone", "left"], "text": "有新工单"}
    found = run("send_staff_message", args, agent_id=1000002)
    assert found == {"message_id": "m1", "missed": ["gone", "left"]}
    assert platform.calls[-1][3] == {
        "touser": "zhouke|gone|left",
        "msgtype": "text",
        "agentid": 1000002,
        "text": {"content": "有新工单"},
    }
    with pytest.raises(GiveUp) as fault:
        run("send_staff_message", args)
    assert fault.value.code == "no_agent"
    with pytest.raises(GiveUp) as fault:
        run("send_staff_message", {**args, "text": "字" * 700}, agent_id=1)
    assert fault.value.code == "too_long"


def test_departments_are_read_with_their_parents(platform: Any, run: Any) -> None:
    platform.answers["department/list"] = {
        "department": [
            {"id": 1, "name": "青禾", "parentid": 0, "order": 1},
            {"id": 2, "name": "华东大区", "parentid": 1, "department_leader": ["zhouke"]},
        ]
    }
    assert run("list_departments", {})["departments"] == [
        {"id": "1", "name": "青禾", "parent": None, "leaders": []},
        {"id": "2", "name": "华东大区", "parent": "1", "leaders": ["zhouke"]},
    ]


# -- what is filled in ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed", [{"corp_id": ""}, {"secret": ""}, {"aes_key": "short"}, {"corp_id": "a b c d e f"}]
)
def test_credentials_are_complete(changed: dict[str, str]) -> None:
    good = {"corp_id": "wwQinghe0001", "secret": "s"}
    WecomCredentials.model_validate(good)
    with pytest.raises(ValidationError):
        WecomCredentials.model_validate({**good, **changed})


def test_what_is_filled_in_is_checked() -> None:
    with pytest.raises(ValidationError):
        SendMessage.model_validate({"to": "a|b", "text": "x"})
    with pytest.raises(ValidationError):
        WecomSettings.model_validate({"sender": "a|b"})
    with pytest.raises(ValidationError):
        WecomSettings.model_validate({"base_url": "https://host/path"})


def test_every_sample_event_fits_its_type() -> None:
    for source in CONNECTOR.events:
        assert validate_data(source.type, source.sample) == []
