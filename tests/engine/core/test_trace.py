"""A run told to a person: in their language, in order, and without secrets."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from engine.core.redact import HIDDEN, redact
from engine.core.run import Signal, StepRecord
from engine.core.sentences import fill, money, shown
from engine.core.text import text
from engine.core.trace import trace
from tests.engine.core.blocks import REGISTRY, flow, node

AT = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)
FLOW = flow(
    [
        node("n1", "event", {"type": "order.paid"}, name="订单已付款"),
        node("n2", "if", {"condition": "order.amount > 500"}, name="大额订单?"),
        node("n3", "do", {}, name=""),
        node("n4", "wait", {}, name="等付款"),
        node("n5", "each", {"items": "order.lines"}, name="逐项",
             body={"nodes": [node("n6", "do")], "edges": []}),
    ],
    ["n1 -> n2", "n2:true -> n3", "n2:false -> n4", "n3 -> n5", "n4:remind -> n5"],
)  # fmt: skip


def signal(kind="start", minutes=0):
    return Signal(kind, AT + timedelta(minutes=minutes))


def told(*entries, locale="zh", **more):
    return trace(entries, FLOW, REGISTRY, locale, **more)


def steps(found):
    return {step["path"]: step for step in found["steps"]}


DID = ("did", {"who": "王小姐", "what": "打标", "amount": {"amount": "1234.5", "currency": "CNY"}})
RUN = [
    (
        signal(),
        "waiting",
        [
            StepRecord("root/n1", "done", "out", None, ("fired", {"type": "order.paid"})),
            StepRecord("root/n2", "done", "true", None, ("held", {"what": "金额大于 500"})),
            StepRecord("root/n4", "skipped"),
            StepRecord("root/n3", "active", "", None, ("asked", {}), ("eff_1",), 1.5),
        ],
    ),
    (
        signal("answer", 5),
        "succeeded",
        [StepRecord("root/n3", "done", "out", {"level": "VIP"}, DID, ("eff_2",), 0.5)],
    ),
]


def test_each_step_says_what_it_did_in_the_readers_language():
    found = steps(told(*RUN))
    assert found["root/n1"]["reason"] == "收到 order.paid"
    assert found["root/n2"]["reason"] == "「金额大于 500」成立"
    assert found["root/n2"]["port_labels"] == ["是"]
    assert found["root/n3"]["reason"] == "给 王小姐 做了 打标,共 ¥1,234.50"
    english = steps(told(*RUN, locale="en"))
    assert english["root/n3"]["reason"] == "did 打标 for 王小姐: ¥1,234.50"
    assert english["root/n4"]["status_label"] == "skipped"


def test_a_step_is_followed_from_its_beginning_to_its_end():
    step = steps(told(*RUN))["root/n3"]
    assert (step["name"], step["type_label"], step["status"]) == ("做事", "做事", "done")
    assert (step["started_at"], step["ended_at"]) == (AT, AT + timedelta(minutes=5))
    assert step["ms"] == 2.0
    assert step["output"] == {"level": "VIP"}
    assert [entry["status"] for entry in step["log"]] == ["active", "done"]


def test_effects_tell_how_they_stand_not_only_that_they_were_made():
    known = {"eff_1": {"status": "delivered", "kind": "call", "args": {"access_token": "abc"}}}
    effects = steps(told(*RUN, effects=known))["root/n3"]["effects"]
    assert [(one["key"], one["status"]) for one in effects] == [
        ("eff_1", "delivered"), ("eff_2", "pending"),
    ]  # fmt: skip
    assert effects[0]["args"] == {"access_token": HIDDEN}


def test_what_an_effect_failed_with_is_a_sentence_in_one_language():
    error = {"code": "not_found", "message": {"zh": "对方没有这条记录", "en": "no such record"}}
    known = {"eff_1": {"status": "failed", "error": error}}
    for locale, words in error["message"].items():
        effect = steps(told(*RUN, locale=locale, effects=known))["root/n3"]["effects"][0]
        assert effect["error"] == {"code": "not_found", "message": words}


def test_lines_are_lit_grey_or_still_open():
    first = told(RUN[0])
    assert first["lines"] == {"root": {"e1": "lit", "e2": "lit", "e3": "grey", "e5": "grey"}}
    assert told(*RUN)["lines"]["root"]["e4"] == "lit"
    assert (first["status"], first["ended_at"]) == ("waiting", None)
    assert told(*RUN)["ended_at"] == AT + timedelta(minutes=5)


def test_items_stand_in_their_own_scopes_in_order():
    records = [
        StepRecord("root/n5", "active", "", None, ("asked", {})),
        StepRecord("root/n5[0]/n6", "done", "out", None, DID),
        StepRecord("root/n5[1]/n6", "done", "out", None, DID),
    ]
    found = told((signal(), "waiting", records))
    assert [(s["id"], s["parent"], s["kind"], s["index"]) for s in found["scopes"]] == [
        ("root", "", "root", 0),
        ("root/n5[0]", "root/n5", "box", 0),
        ("root/n5[1]", "root/n5", "box", 1),
    ]
    assert steps(found)["root/n5[1]/n6"]["node"] == "n6"


def test_steps_of_a_called_flow_are_found_in_that_flow():
    calling = flow([node("n1", "do", {"flow": "inner"})])
    inner = flow([node("n1", "do", name="里面的步骤")])
    records = [StepRecord("root/n1[0]/n1", "done", "out", None, DID)]
    found = trace([(signal(), "running", records)], calling, REGISTRY, sub_flows={"inner": inner})
    assert found["steps"][0]["name"] == "里面的步骤"
    assert found["scopes"][1]["kind"] == "flow"


def test_a_reminder_lights_its_line_while_the_step_waits_on():
    records = [
        StepRecord("root/n4", "active", "", None, ("asked", {})),
        StepRecord("root/n4", "waiting", "remind", None, ("reminded", {"tick": 1, "due": AT})),
    ]
    found = told((signal(), "waiting", records))
    step = steps(found)["root/n4"]
    assert (step["status"], step["ports"]) == ("active", ["remind"])
    assert step["log"][1]["reason"] == "第 1 次提醒"
    assert found["lines"] == {"root": {"e5": "lit"}}


def test_a_failure_says_why_and_a_retried_step_begins_again():
    error = {"code": "refused", "message": {"zh": "对方拒绝,手机 13812345678", "en": "refused"}}
    failed = [StepRecord("root/n3", "failed", error=error)]
    found = told((signal(), "failed", failed))
    step = steps(found)["root/n3"]
    assert step["reason"] == "对方拒绝,手机 138****5678"
    assert step["error"] == {"code": "refused", "message": "对方拒绝,手机 138****5678"}
    again = told(
        (signal(), "failed", failed),
        (signal("retry_from", 9), "running", [StepRecord("root/n3", "done", "out", None, DID)]),
    )
    step = steps(again)["root/n3"]
    assert (step["status"], step["error"]) == ("done", None)
    assert step["started_at"] == AT + timedelta(minutes=9)


def test_a_step_the_flow_no_longer_has_is_still_told():
    records = [StepRecord("root/gone", "done", "out", {"a": 1}, ("whatever", {}))]
    step = told((signal(), "running", records))["steps"][0]
    assert (step["name"], step["type"], step["reason"]) == ("gone", "", "whatever")


def test_the_output_schema_marks_secrets():
    records = [StepRecord("root/n3", "done", "out", {"token_id": "t-1", "level": "VIP"}, DID)]
    step = told((signal(), "succeeded", records))["steps"][0]
    assert step["output"] == {"token_id": HIDDEN, "level": "VIP"}


# -- redaction -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "seen"),
    [
        ("password", "hunter2", HIDDEN),
        ("accessToken", "abc", HIDDEN),
        ("app_secret", {"a": 1}, HIDDEN),
        ("Authorization", "Bearer x", HIDDEN),
        ("tokenizer", "jieba", "jieba"),
        ("phone", "13812345678", "138****5678"),
        ("receiver_mobile", 13812345678, "138****5678"),
        ("id_card", "110105194912310021", "1101********0021"),
        ("address", "杭州市西湖区文三路 100 号 3 幢", "杭州市西湖区********"),
        ("phone", "138****5678", "138****5678"),
        ("note", "请联系 13812345678 或 +86 13912345678", "请联系 138****5678 或 +86 139****5678"),
        ("note", "身份证 11010519491231002X", "身份证 110105********002X"),
        ("order_id", "4781320682406083640", "4781320682406083640"),
        ("tid", "213811112222333344", "213811112222333344"),
        ("count", 13812345678, 13812345678),
        ("name", None, None),
    ],
)
def test_what_is_shown_of_a_value(name, value, seen):
    assert redact({name: value}) == {name: seen}


def test_schemas_mark_secrets_at_any_depth():
    schema = {
        "$defs": {"login": {"properties": {"pin": {"type": "string", "format": "password"}}}},
        "properties": {"logins": {"items": {"$ref": "#/$defs/login"}}},
    }
    assert redact({"logins": [{"pin": "1234"}]}, schema) == {"logins": [{"pin": HIDDEN}]}


def test_a_value_that_never_ends_is_cut():
    deep = value = {}
    for _ in range(50):
        value["a"] = {}
        value = value["a"]
    assert HIDDEN in str(redact(deep))


# -- values in sentences -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (Decimal("1234.50"), "1,234.50", "1,234.50"),
        (5, "5", "5"),
        (True, "是", "yes"),
        (None, "空", "nothing"),
        (AT, "2026-11-11 10:00", "2026-11-11 10:00"),
        (timedelta(days=3), "3 天", "3 days"),
        (["a", "b"], "a、b", "a, b"),
        ({"amount": "5", "currency": "USD"}, "US$5.00", "US$5.00"),
        ({"金额": Decimal(5), "等级": "VIP"}, "金额 5、等级 VIP", "金额 5, 等级 VIP"),
        ({"zh": "是的", "en": "indeed"}, "是的", "indeed"),
        ("x" * 300, "x" * 199 + "…", "x" * 199 + "…"),
    ],
)
def test_values_as_people_write_them(value, zh, en):
    assert shown(value, "zh") == zh
    assert shown(value, "en") == en


def test_sentences_are_filled_by_name_and_nothing_else():
    words = text("{who} 有 {n} 个,{gone}", "{who.__class__} {n}")
    assert fill(words, {"who": "李四", "n": 3}, "zh") == "李四 有 3 个,-"
    assert fill(words, {"who": "Li", "n": 3}, "en") == "{who.__class__} 3"


def test_money_of_other_countries_and_debts():
    assert money("-12", "CNY") == "-¥12.00"
    assert money("12", "SGD") == "SGD 12.00"
