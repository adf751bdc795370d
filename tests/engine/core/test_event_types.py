"""Event types: each has a sample that fits its schema, and loads into typed values."""

from __future__ import annotations

import contextlib
import copy
import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from engine.core.errors import InvalidInput
from engine.core.event import Event
from engine.core.event_types import (
    EVENT_TYPES,
    GROUPS,
    RESERVED,
    OwnType,
    check_own_type,
    event_schema,
    list_types,
    load_scope,
    matches,
    patterns_of,
    scope_schema,
    validate_data,
)
from engine.core.flow import problems_of
from engine.core.records.envelope import ENVELOPES
from engine.core.records.loading import MISFITS, compile_loader

AT = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)
OWN_FIELDS = {
    "type": "object",
    "properties": {
        "gift_value": {"type": "string", "format": "decimal"},
        "picked_up_at": {"type": ["string", "null"], "format": "date-time"},
        "weight": {"type": "number"},
        "note": {"$ref": "#/$defs/note"},
    },
    "$defs": {"note": {"type": "string", "maxLength": 5}},
    "additionalProperties": False,
}
TEST_DRIVE = {
    "type": "object",
    "properties": {
        "model": {"type": "string"},
        "price": {"type": "string", "format": "decimal"},
        "driven_at": {"type": "string", "format": "date-time"},
        "stops": {
            "type": "array",
            "items": {"type": "object", "properties": {"km": {"type": "number"}}},
        },
        "event": {"type": "string"},
    },
    "required": ["model"],
}


def event(type_: str, data: dict, time: datetime = AT) -> Event:
    return Event(id="e1", source="/shops/qinghe", type=type_, time=time, data=data, subject="s1")


# -- the registry --------------------------------------------------------------------------------


@pytest.mark.parametrize("type_", sorted(EVENT_TYPES))
def test_every_type_has_names_a_valid_sample_and_loads(type_):
    found = EVENT_TYPES[type_]
    assert found.label["zh"]
    assert found.label["en"]
    assert found.group in GROUPS
    assert validate_data(type_, found.sample) == []
    schema = event_schema(type_)
    Draft202012Validator.check_schema(schema)
    assert not list(Draft202012Validator(schema).iter_errors(found.sample))
    scope = load_scope(event(type_, found.sample))
    assert scope["event"]["type"] == type_
    assert (found.record in scope) == (found.record not in RESERVED)
    Draft202012Validator.check_schema(scope_schema(type_))
    assert set(scope) <= set(scope_schema(type_)["properties"])


def test_all_types_of_the_design_are_there():
    wanted = {
        "order": "created paid shipped completed closed delivered unpaid",
        "refund": "requested approved completed shipped_back received",
        "customer": "added updated tagged merged",
        "coupon": "issued redeemed",
        "message": "received", "page": "viewed", "cart": "abandoned", "qrcode": "scanned",
        "review": "posted", "logistics": "updated", "product": "listed", "payment": "received",
        "link": "clicked", "ticket": "sla_breached", "settlement": "budget_exceeded",
        "connector": "degraded", "stock": "low",
    }  # fmt: skip
    for record, names in wanted.items():
        assert {f"{record}.{name}" for name in names.split()} <= set(EVENT_TYPES)
    assert EVENT_TYPES["ticket.sla_breached"].internal
    assert not EVENT_TYPES["order.paid"].internal


def test_a_sample_handed_out_can_be_changed_without_harm():
    EVENT_TYPES["order.paid"].sample["order"].clear()
    assert EVENT_TYPES["order.paid"].sample["order"]


def test_patterns():
    assert matches("order.paid", "order.paid")
    assert matches("order.*", "order.paid")
    assert matches("*", "order.paid")
    assert not matches("order.*", "orders.paid")
    assert not matches("ord*", "order.paid")
    assert not matches("order.paid", "order.paid.late")
    assert patterns_of("order.paid") == ("order.paid", "order.*", "*")
    for pattern in patterns_of("a.b.c"):
        assert matches(pattern, "a.b.c")


def test_own_types_are_checked_and_listed():
    good = OwnType("testdrive.done", {"zh": "试驾完成", "en": "Test drive done"}, TEST_DRIVE)
    assert check_own_type(good) == []
    assert list_types("zh", [good])[-1]["label"] == "试驾完成"
    for bad in ("order.gifted", "TestDrive", "testdrive", "a.b.", "试驾.完成"):
        assert check_own_type(OwnType(bad, "x", TEST_DRIVE))
    foreign = {"$ref": "https://example.com/schema.json"}
    assert check_own_type(OwnType("testdrive.done", "x", foreign))


# -- validation ----------------------------------------------------------------------------------


def test_problems_have_pointers_and_both_languages():
    sample = EVENT_TYPES["order.paid"].sample
    order = sample["order"]
    order["amount"] = 528
    order["lines"][1]["quantity"] = "2"
    order["colour"] = "red"
    del order["shop"]
    found = {problem.path: problem for problem in validate_data("order.paid", sample)}
    assert set(found) == {
        "/order/amount", "/order/lines/1/quantity", "/order/colour", "/order/shop"
    }  # fmt: skip
    assert "小数" in found["/order/amount"].message["zh"]
    assert found["/order/shop"].message == {"zh": "必填", "en": "is required"}


def test_hostile_data_is_a_problem_and_never_another_error():
    sample = EVENT_TYPES["order.paid"].sample
    for value in (None, [], "x", 10**400, float("nan"), {"a": {}}, True):
        assert validate_data("order.paid", value)
        assert validate_data("order.paid", {"order": value})
        bad = copy.deepcopy(sample)
        bad["order"]["lines"][0]["quantity"] = value
        assert validate_data("order.paid", bad)
    assert len(validate_data("order.paid", {"order": {str(n): 1 for n in range(5000)}})) <= 100


def test_own_fields_of_a_record_follow_the_tenants_schema():
    sample = EVENT_TYPES["order.paid"].sample
    sample["order"]["fields"] = {"gift_value": "30.00", "weight": 0.1, "note": "轻放"}
    assert validate_data("order.paid", sample, OWN_FIELDS) == []
    assert not list(
        Draft202012Validator(event_schema("order.paid", OWN_FIELDS)).iter_errors(sample)
    )
    sample["order"]["fields"] = {"note": "超过五个字了", "other": 1}
    paths = {problem.path for problem in validate_data("order.paid", sample, OWN_FIELDS)}
    assert "/order/fields/note" in paths
    assert len(paths) == 2


def test_own_and_unknown_types():
    assert validate_data("anything.at_all", {"free": [1, {"x": None}]}) == []
    assert validate_data("anything.at_all", [])
    assert validate_data("testdrive.done", {"model": "SUV"}, TEST_DRIVE) == []
    assert validate_data("testdrive.done", {}, TEST_DRIVE)[0].path == "/model"
    assert event_schema("anything.at_all")["type"] == "object"


# -- loading -------------------------------------------------------------------------------------


def test_an_order_is_loaded_typed_and_the_event_stays_as_it_was():
    sample = EVENT_TYPES["order.paid"].sample
    sample["order"]["lines"][0]["quantity"] = 1.5
    sample["order"]["fields"] = {"deep": [{"n": 0.1}], "text": "0.1"}
    before = json.dumps(sample)
    shanghai = timezone(timedelta(hours=8))
    scope = load_scope(event("order.paid", sample, AT.astimezone(shanghai)))
    order = scope["order"]
    assert order["amount"] == Decimal("528.00")
    assert str(order["amount"]) == "528.00"
    assert order["paid_at"] == datetime(2026, 11, 11, 12, 1, 10, tzinfo=UTC)
    assert order["paid_at"].tzinfo is UTC
    assert order["lines"][0]["quantity"] == Decimal("1.5")
    assert order["lines"][1]["quantity"] == 1
    assert order["lines"][0]["price"] == Decimal("210.00")
    assert order["adjustments"][0]["amount"] == Decimal("60.00")
    assert order["fees"][0] == {
        "type": "platform_commission", "amount": Decimal("26.40"), "estimated": True
    }  # fmt: skip
    assert order["fields"] == {"deep": [{"n": Decimal("0.1")}], "text": "0.1"}
    assert scope["event"]["time"].tzinfo is UTC
    assert scope["event"]["data"]["order"] is order
    assert "customer" not in scope
    assert json.dumps(sample) == before


def test_null_and_absent_stay_so():
    sample = EVENT_TYPES["refund.requested"].sample
    sample["refund"].update(approved_at=None, freight_amount=None, lines=None, adjustments=[])
    assert validate_data("refund.requested", sample) == []
    refund = load_scope(event("refund.requested", sample))["refund"]
    assert refund["approved_at"] is None
    assert refund["lines"] is None
    assert "completed_at" not in refund
    seen = scope_schema("refund.requested")["properties"]
    assert "order" in seen  # may come along
    sample["order"] = EVENT_TYPES["order.paid"].sample["order"]
    assert load_scope(event("refund.requested", sample))["order"]["amount"] == Decimal("528.00")


def test_own_fields_and_own_types_are_typed_by_their_schema():
    sample = EVENT_TYPES["order.paid"].sample
    sample["order"]["fields"] = {
        "gift_value": "30.00", "weight": 0.1, "picked_up_at": "2026-11-12T08:00:00+08:00"
    }  # fmt: skip
    fields = load_scope(event("order.paid", sample), OWN_FIELDS)["order"]["fields"]
    assert fields["gift_value"] == Decimal("30.00")
    assert fields["weight"] == Decimal("0.1")
    assert fields["picked_up_at"] == datetime(2026, 11, 12, tzinfo=UTC)
    data = {"model": "SUV", "price": "199800.00", "driven_at": "2026-11-01T10:00:00+08:00",
            "stops": [{"km": 12.5}, {"km": 3}], "event": "x", "more": {"n": 0.5}}  # fmt: skip
    scope = load_scope(event("testdrive.done", data), TEST_DRIVE)
    assert scope["price"] == Decimal("199800.00")
    assert scope["driven_at"] == datetime(2026, 11, 1, 2, tzinfo=UTC)
    assert scope["stops"] == [{"km": Decimal("12.5")}, {"km": 3}]
    assert scope["event"]["data"]["event"] == "x"
    assert scope["event"]["data"]["more"] == {"n": Decimal("0.5")}
    assert set(scope_schema("testdrive.done", TEST_DRIVE)["properties"]) == {
        "event", "customer", "model", "price", "driven_at", "stops"
    }  # fmt: skip


def test_an_unknown_type_is_free_and_never_guessed():
    scope = load_scope(event("anything.at_all", {"amount": "12.00", "n": 0.1}))
    assert scope["event"]["data"] == {"amount": "12.00", "n": Decimal("0.1")}
    assert set(scope) == {"event"}


def test_scope_schema_says_how_values_look_to_an_expression():
    order = scope_schema("order.paid")["properties"]["order"]
    props = scope_schema("order.paid")["$defs"][order["$ref"].rpartition("/")[2]]["properties"]
    assert props["amount"]["type"] == "number"
    assert props["amount"]["x-money"] is True
    assert "number" in props["freight_amount"]["type"]
    assert props["paid_at"]["format"] == "date-time"
    assert props["external_id"]["type"] == "string"


@pytest.mark.parametrize(
    "data",
    [
        {"order": "x"},
        {"order": {"amount": "abc"}},
        {"order": {"amount": []}},
        {"order": {"paid_at": "2026-11-11T20:00:00"}},
        {"order": {"paid_at": 5}},
        {"order": {"lines": [None]}},
        {"order": {"lines": 7}},
    ],
)
def test_loading_what_was_never_validated_is_refused(data):
    with pytest.raises(InvalidInput) as caught:
        load_scope(event("order.paid", data))
    assert caught.value.problems


NAMES = st.text(st.sampled_from("abc'\"\\{}\n$"), min_size=1, max_size=6)
LEAVES = st.sampled_from(
    [
        {"type": "string", "format": "decimal"},
        {"type": ["string", "null"], "format": "date-time"},
        {"type": "number"},
        {"type": "string"},
        {},
        {"anyOf": [{"type": "string", "format": "decimal"}, {"type": "null"}]},
    ]
)
SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.dictionaries(NAMES, inner, max_size=4).map(
            lambda props: {"type": "object", "properties": props}
        ),
        inner.map(lambda items: {"type": "array", "items": items}),
    ),
    max_leaves=12,
)


def _value(schema, draw):
    schema = schema.get("anyOf", [schema])[0]
    if "properties" in schema:
        return {name: _value(inner, draw) for name, inner in schema["properties"].items()}
    if schema.get("type") == "array":
        return [_value(schema["items"], draw) for _ in range(draw(st.integers(0, 2)))]
    if schema.get("format") == "decimal":
        return "12.50"
    if schema.get("format") == "date-time":
        return draw(st.sampled_from([None, "2026-11-11T20:00:00+08:00"]))
    if schema.get("type") == "string":
        return "x"
    return draw(st.sampled_from([0.1, 7, None] if schema else ["x", 0.1, [0.5], {"k": 0.5}]))


def _typed(schema, value):
    """The same by plain recursion; a list of lists is read as free."""
    schema = schema.get("anyOf", [schema])[0]
    if value is None:
        return None
    if schema.get("properties"):
        return {k: _typed(schema["properties"][k], v) for k, v in value.items()}
    if schema.get("type") == "array" and schema["items"].get("type") != "array":
        return [_typed(schema["items"], item) for item in value]
    if schema.get("format") == "decimal":
        return Decimal(value)
    if schema.get("format") == "date-time":
        return datetime.fromisoformat(value).astimezone(UTC)
    return _free(value)


def _free(value):
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {k: _free(v) for k, v in value.items()}
    return [_free(v) for v in value] if isinstance(value, list) else value


@given(st.dictionaries(NAMES, SCHEMAS, min_size=1, max_size=4), st.data())
def test_compiled_loading_equals_plain_recursion(properties, data):
    schema = {"type": "object", "properties": properties}
    value = _value(schema, data.draw)
    before = json.dumps(value)
    found = compile_loader(schema)(value)
    expected = _typed(schema, value)
    assert found == expected
    assert repr(found) == repr(expected)  # Decimal("1") == 1, so the types too
    assert json.dumps(value) == before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(JSON, st.dictionaries(NAMES, SCHEMAS, min_size=1, max_size=3))
def test_a_misfit_is_always_one_of_the_known_errors(value, properties):
    load = compile_loader({"type": "object", "properties": {"a": {"properties": properties}}})
    with contextlib.suppress(MISFITS):
        load({"a": value})


@given(st.sampled_from(sorted(EVENT_TYPES)), st.data())
def test_the_fast_check_and_the_model_agree(type_, data):
    sample = EVENT_TYPES[type_].sample
    holder, key = sample, ""
    while isinstance(holder, dict | list) and holder and (not key or data.draw(st.booleans())):
        inner = list(holder) if isinstance(holder, dict) else range(len(holder))
        key = data.draw(st.sampled_from(inner))
        above, holder = holder, holder[key]
    above[key] = data.draw(st.sampled_from([None, "", "x", "-1.00", -1, 0.5, True, [], {}, [{}]]))
    try:
        ENVELOPES[type_.partition(".")[0]].model_validate(sample)
        expected = set()
    except ValidationError as error:
        expected = {found.path for found in problems_of(error)}
    assert {found.path for found in validate_data(type_, sample)} == expected
