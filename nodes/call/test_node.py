"""The blocks made of a connector's actions."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, Field, ValidationError

from engine.core.connector import Action, ConnectorType, Credentials, Sample
from engine.core.effect import Effect
from engine.core.errors import GiveUp
from engine.core.fields import WIDGETS, Form, field
from engine.core.node import Answer, Ask, Done, NodeType
from engine.core.text import text
from nodes.call.node import block
from tests.conformance.kit import TestContext


class Line(Form):
    sku: str = field(text("货号", "SKU"))
    quantity: int = field(text("数量", "Quantity"), widget="number", default=1)


class Input(BaseModel):
    order_id: str = field(text("订单号", "Order"), help=text("平台的订单号", "the platform's id"))
    amount: Decimal = field(text("金额", "Amount"), widget="money", gt=0)
    reason: Literal["damaged", "late"] = field(
        text("原因", "Reason"),
        widget="select",
        default="late",
        options={"damaged": text("破损", "damaged"), "late": text("晚到", "late")},
    )
    urgent: bool = field(text("加急", "Urgent"), widget="switch", default=False)
    lines: list[Line] = field(text("明细", "Lines"), widget="list", default_factory=list)
    json_: dict[str, Any] = Field(default_factory=dict, alias="json", description="raw")
    wait: timedelta | None = field(text("多久", "How long"), widget="duration", default=None)
    note: str | None = field(text("备注", "Note"), widget="multiline", default=None, max_length=5)
    connection: str = field(text("线路", "Line used"), default="")


ACTION = Action(
    key="refund",
    label=text("退款", "Refund"),
    summary=text("给买家退款", "gives money back"),
    effect_class="money",
    input=Input,
    output={"type": "object", "properties": {"refund_id": {"type": "string"}}},
    run=lambda link, call: {},
    samples={"ok": Sample(text("成功", "done"), output={"refund_id": "r1"})},
    errors={"closed": text("订单已关闭", "the order is closed")},
    subject_from="order_id",
)
SHOP = ConnectorType(
    label=text("自有商城", "Own shop"),
    summary=text("示例", "example"),
    credentials=Credentials,
    test=lambda link: text("好", "fine"),
    actions=(ACTION,),
    platform="own",
    type="own_shop",
)
BLOCK = block(SHOP, ACTION)
FILLED = {
    "connection": "shop",
    "order_id": "{{ order.external_id }}",
    "amount": "{{ order.amount }}",
}
NAMES = {"order": {"external_id": "8801", "amount": Decimal("99.50"), "n": 7}}


def asked(changes: dict[str, Any] | None = None, node: NodeType = BLOCK, **context: Any) -> Effect:
    config = node.config.model_validate({**FILLED, **(changes or {})})
    found = node.run(config, TestContext(names=NAMES, **context))
    assert isinstance(found, Ask)
    assert isinstance(found.request, Effect)
    return found.request


def problems(changes: dict[str, Any]) -> list[tuple[str, str]]:
    assert BLOCK.check is not None
    found = BLOCK.check(BLOCK.config.model_validate({**FILLED, **changes}))
    return [(problem.path, problem.code) for problem in found]


def test_a_block_says_what_its_action_says() -> None:
    assert BLOCK.label == text("自有商城 · 退款", "Own shop · Refund")
    assert BLOCK.group == "connector"
    assert BLOCK.effect_class == "money"
    assert [port.id for port in BLOCK.ports] == ["out"]
    assert set(BLOCK.errors) == {"closed", "invalid_args"}
    assert BLOCK.output == ACTION.output


def test_the_form_has_the_connection_and_every_input_by_its_own_name() -> None:
    schema = BLOCK.config.model_json_schema()
    Draft202012Validator.check_schema(schema)
    fields = schema["properties"]
    assert list(fields) == [
        "connection", "order_id", "amount", "reason", "urgent", "lines", "json", "wait", "note",
        "connection_",
    ]  # fmt: skip
    assert schema["required"] == ["connection", "order_id", "amount"]
    assert fields["connection"]["x-connector"] == "own_shop"
    assert fields["order_id"]["x-title"] == text("订单号", "Order")
    assert fields["order_id"]["x-help"] == text("平台的订单号", "the platform's id")
    assert fields["json"]["x-help"] == text("raw", "raw")
    assert {found["x-widget"] for found in fields.values()} <= WIDGETS
    assert fields["reason"]["enum"] == ["damaged", "late"]
    assert fields["lines"]["items"]["properties"]["quantity"]["type"] == ["integer", "string"]


def test_a_filled_form_fits_the_schema_it_was_drawn_from() -> None:
    schema = BLOCK.config.model_json_schema()
    lines = [{"sku": "{{ order.external_id }}", "quantity": "{{ order.n }}"}]
    Draft202012Validator(schema).validate({**FILLED, "lines": lines, "urgent": "{{ true }}"})


def test_what_is_filled_in_becomes_the_arguments() -> None:
    effect = asked({"lines": [{"sku": "A1", "quantity": "{{ order.n }}"}], "json": {"a": [1]}})
    assert (effect.kind, effect.connection, effect.action) == ("call", "shop", "refund")
    assert effect.effect_class == "money"
    assert effect.args == {
        "order_id": "8801",
        "amount": Decimal("99.50"),
        "reason": "late",
        "urgent": False,
        "lines": [{"sku": "A1", "quantity": 7}],
        "json": {"a": [1]},
    }


def test_an_input_that_wants_text_gets_text() -> None:
    assert asked({"order_id": "{{ order.n }}"}).args["order_id"] == "7"
    assert asked({"order_id": "{{ order.amount }}"}).args["order_id"] == "99.50"
    assert asked({"note": "{{ order.n > 5 }}"}).args["note"] == "true"


def test_an_optional_value_that_comes_to_nothing_is_left_out() -> None:
    assert "note" not in asked({"note": "{{ null }}"}).args


def test_the_customer_of_the_run_keeps_the_order_of_calls_else_the_value_named() -> None:
    assert asked(owner="customer:cus_1").subject == "customer:cus_1"
    assert asked(owner="order:ord_1").subject == "8801"


def test_values_the_action_would_refuse_never_leave_the_house() -> None:
    config = BLOCK.config.model_validate({**FILLED, "note": "{{ order.external_id + '-long' }}"})
    with pytest.raises(GiveUp) as caught:
        BLOCK.run(config, TestContext(names=NAMES))
    assert caught.value.code == "invalid_args"
    assert "note" in caught.value.message["zh"]


def test_what_comes_back_is_the_output() -> None:
    config = BLOCK.config.model_validate(FILLED)
    done = BLOCK.run(config, TestContext(answers=(Answer("out", {"refund_id": "r1"}),)))
    assert isinstance(done, Done)
    assert done.output == {"refund_id": "r1"}


def test_plain_values_are_judged_before_publishing_and_references_are_not() -> None:
    assert problems({}) == []
    assert problems({"amount": "-1", "note": "too long a note"}) == [
        ("/amount", "greater_than"),
        ("/note", "string_too_long"),
    ]
    assert problems({"lines": [{"quantity": 1}]}) == [("/lines/0/sku", "missing")]
    assert problems({"lines": [{"quantity": "{{ order.n }}"}]}) == []


def test_an_unknown_or_a_missing_field_is_refused() -> None:
    for wrong in ({"connection": "shop"}, {**FILLED, "colour": "red"}):
        with pytest.raises(ValidationError):
            BLOCK.config.model_validate(wrong)


def test_an_action_without_inputs_makes_a_block_too() -> None:
    class Nothing(BaseModel):
        pass

    plain = Action(
        **{**{name: getattr(ACTION, name) for name in Action.__slots__}, "input": Nothing}
    )
    node = block(SHOP, plain)
    found = node.run(node.config.model_validate({"connection": "shop"}), TestContext())
    assert isinstance(found, Ask)
    assert isinstance(found.request, Effect)
    assert found.request.args == {}


def test_a_required_value_that_comes_to_nothing_is_no_empty_text() -> None:
    config = BLOCK.config.model_validate({**FILLED, "order_id": "{{ null }}"})
    with pytest.raises(GiveUp) as caught:
        BLOCK.run(config, TestContext(names=NAMES))
    assert caught.value.code == "invalid_args"
