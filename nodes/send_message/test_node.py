"""What the cases of sending a message cannot say."""

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.core.effect import Effect
from engine.core.errors import GiveUp
from engine.core.node import Answer, Ask, Done, Until
from nodes.send_message.config import USUAL, Channel, Config
from nodes.send_message.node import NODE
from tests.conformance.kit import TestContext

MORNING = datetime(2026, 3, 3, 0, 0, tzinfo=UTC)
LEAVE = Answer("out", {"allowed": True})


def config(*channels: str, **changes: Any) -> Config:
    rows = [{"connection": f"{channel}_1", "channel": channel} for channel in channels]
    return Config.model_validate({"channels": rows, "content": "您好", **changes})


def channels_asked(found: Config, preferred: list[str]) -> list[str]:
    """The channels in the order they are asked for, every one refused."""
    identities = {kind: f"id-{kind}" for kind in USUAL.values()}
    answers = [Answer("out", {"identities": identities, "preferred": preferred})]
    asked = []
    while isinstance(step := NODE.run(found, TestContext(answers=tuple(answers))), Ask):
        assert isinstance(step.request, Effect)
        asked.append(step.request.args["channel"])
        answers.append(Answer("out", {"allowed": False, "why": "cap"}))
    return asked


def test_every_channel_has_an_identity_it_usually_writes_to() -> None:
    schema = Channel.model_json_schema()
    assert set(schema["properties"]["channel"]["enum"]) == set(USUAL)


def test_channels_are_tried_as_listed_or_as_the_customer_prefers() -> None:
    listed = config("wecom", "sms", "email")
    assert channels_asked(listed, ["email"]) == ["wecom", "sms", "email"]
    preferred = config("wecom", "sms", "email", order="preferred")
    assert channels_asked(preferred, ["email", "fax"]) == ["email", "wecom", "sms"]
    assert channels_asked(preferred, []) == ["wecom", "sms", "email"]


def test_the_end_of_quiet_hours_may_be_a_time_or_its_text() -> None:
    reach = Answer("out", {"identities": {"email": "lin@example.com"}})
    for until in (MORNING, "2026-03-03T08:00:00+08:00"):
        quiet = Answer("out", {"allowed": False, "why": "quiet_hours", "until": until})
        asked = NODE.run(config("email"), TestContext(answers=(reach, quiet)))
        assert isinstance(asked, Ask)
        assert asked.request == Until(MORNING)


def test_a_customer_nobody_can_reach_is_not_sent_to() -> None:
    done = NODE.run(config("wecom"), TestContext(answers=(Answer("out", None),)))
    assert isinstance(done, Done)
    assert done.port == "not_sent"
    said = {"zh": "企业微信（联系不到客户）", "en": "WeCom (cannot reach the customer)"}
    assert done.reason == ("not_sent", {"tried": [said]})


def test_an_error_port_may_carry_the_code() -> None:
    reach = Answer("out", {"identities": {"email": "lin@example.com"}})
    answers = (reach, LEAVE, Answer("error:refused", None))
    done = NODE.run(config("email"), TestContext(answers=answers))
    assert isinstance(done, Done)
    assert done.output["tried"] == [{"channel": "email", "why": "refused"}]


def test_an_error_without_a_code_still_leads_to_the_next_channel() -> None:
    reach = Answer("out", {"identities": {"email": "lin@example.com"}})
    answers = (reach, LEAVE, Answer("error", None))
    done = NODE.run(config("email"), TestContext(answers=answers))
    assert isinstance(done, Done)
    assert done.output["tried"] == [{"channel": "email", "why": "failed"}]


@pytest.mark.parametrize("answer", [None, {}, "ok"])
def test_an_answer_without_a_message_id_is_sent_all_the_same(answer: Any) -> None:
    reach = Answer("out", {"identities": {"email": "lin@example.com"}})
    done = NODE.run(config("email"), TestContext(answers=(reach, LEAVE, Answer("out", answer))))
    assert isinstance(done, Done)
    assert (done.port, done.output["message_id"]) == ("sent", None)


def test_a_channel_with_nothing_to_say_is_found() -> None:
    assert NODE.check is not None
    assert [problem.path for problem in NODE.check(config("wecom", content=""))] == [
        "/channels/0/content"
    ]
    assert NODE.check(config("wecom")) == []


@pytest.mark.parametrize("code", ["no_answer", "unknown"])
def test_what_may_have_arrived_is_not_sent_by_another_channel(code: str) -> None:
    reach = Answer("out", {"identities": {"email": "lin@example.com", "phone": "13900001234"}})
    sent = Answer("error", {"code": code})
    with pytest.raises(GiveUp) as refused:
        NODE.run(config("email", "sms"), TestContext(answers=(reach, LEAVE, sent)))
    assert refused.value.code == "no_answer"
