"""Values and schemas at the edge: sound ones pass, others are told what is wrong."""

from decimal import Decimal

import pytest

from engine.core.errors import InvalidInput
from engine.core.schema import check_schema, check_value, follow
from engine.core.schema_walk import linear_pattern

REFUND_FORM = {
    "type": "object",
    "properties": {
        "reason": {"type": "string", "title": "退款原因", "maxLength": 20},
        "amount": {"type": "string", "format": "decimal"},
        "days": {"type": "integer", "minimum": 1, "maximum": 30},
        "channel": {"enum": ["wecom", "sms"]},
        "phones": {"type": "array", "items": {"type": "string", "pattern": r"^1\d{10}$"}},
    },
    "required": ["reason"],
    "additionalProperties": False,
}


def told(schema, value):
    return {problem.path: problem for problem in check_value(schema, value)}


def test_a_sound_value_has_no_problems():
    form = {"reason": "尺码不合适", "amount": "12.50", "days": 7, "phones": ["13900001111"]}
    assert check_value(REFUND_FORM, form) == []


def test_each_problem_points_at_its_place_and_speaks_both_languages():
    found = told(
        REFUND_FORM,
        {"amount": "12,5", "days": 31, "channel": "fax", "phones": ["x"], "note/1": "?"},
    )
    assert set(found) == {"/reason", "/amount", "/days", "/channel", "/phones/0", "/note~11"}
    assert found["/reason"].message == {"zh": "「退款原因」必填", "en": "“退款原因” is required"}
    assert found["/days"].message == {"zh": "不能大于 30", "en": "must be at most 30"}
    assert found["/channel"].message["zh"] == "只能是：wecom、sms"
    assert found["/note~11"].message["zh"] == "没有这个字段"


def test_a_path_in_front_is_kept():
    assert check_value({"type": "number"}, "x", "/nodes/3/config")[0].path == "/nodes/3/config"


def test_each_missing_field_is_named_by_itself():
    schema = {"required": ["a", "b", "c"]}
    assert [problem.path for problem in check_value(schema, {"b": 1})] == ["/a", "/c"]


def test_the_closest_of_several_forms_is_explained():
    schema = {
        "anyOf": [
            {"type": "string"},
            {
                "type": "object",
                "required": ["amount"],
                "properties": {"amount": {"type": "string"}},
            },
        ]
    }
    assert check_value(schema, {"amount": 3})[0].path == "/amount"


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("date", "2026-02-28", "2026-02-30"),
        ("time", "09:30", "25:00"),
        ("date-time", "2026-11-11T10:00:00+08:00", "2026-11-11T10:00:00"),
        ("duration", "P3D", "P"),
        ("duration", "PT1H30M", "3 days"),
        ("email", "li@example.com", "li@"),
        ("uri", "https://example.com/a", "example"),
        ("uuid", "12345678-1234-5678-1234-567812345678", "1234"),
        ("ipv4", "10.0.0.1", "10.0.0.256"),
        ("decimal", "-12.50", "1e5"),
    ],
)
def test_formats(form, good, bad):
    schema = {"type": "string", "format": form}
    assert check_value(schema, good) == []
    assert len(check_value(schema, bad)) == 1


def test_exact_numbers_are_numbers():
    schema = {"type": "number", "multipleOf": 0.01, "minimum": 0}
    assert check_value(schema, Decimal("0.07")) == []
    assert check_value(schema, 0.07) == []
    assert check_value(schema, Decimal("0.075"))[0].code == "multipleOf"


def test_numbers_beyond_measure_are_problems_not_faults():
    for value in (10**5000, float("inf"), float("nan"), Decimal("NaN")):
        assert check_value({"multipleOf": 0.01}, value)[0].code == "multipleOf"


def test_chinese_ranges_in_patterns_work_as_javascript_writes_them():
    schema = {"pattern": "^[\\u4e00-\\u9fa5]+$"}
    assert check_value(schema, "张三丰") == []
    assert check_value(schema, "Zhang")


def test_no_more_than_fifty_problems():
    assert len(check_value({"items": {"type": "string"}}, list(range(500)))) == 50


def test_a_long_list_is_searched_for_repeats_in_linear_time():
    many = [{"id": index} for index in range(20_000)]
    assert check_value({"uniqueItems": True}, many) == []
    assert check_value({"uniqueItems": True}, [*many, {"id": 7}])[0].code == "uniqueItems"


def test_a_foreign_reference_is_never_fetched():
    with pytest.raises(InvalidInput):
        check_value({"$ref": "https://example.com/schema.json"}, 1)


@pytest.mark.parametrize(
    "schema",
    [{"type": "nonsense"}, {"properties": 3}, {"pattern": "("}, {"minimum": "a"}, {"x": {1, 2}}],
)
def test_an_unusable_schema_is_the_callers_fault(schema):
    with pytest.raises(InvalidInput):
        check_value(schema, "value")


def test_a_value_too_deep_is_a_problem():
    deep = value = []
    for _ in range(100_000):
        value.append([])
        value = value[0]
    schema = {"$defs": {"list": {"items": {"$ref": "#/$defs/list"}}}, "$ref": "#/$defs/list"}
    assert check_value(schema, deep)[0].code == "too_deep"


# -- schemas of a user's making ------------------------------------------------------------------


def codes(schema, **more):
    return [problem.code for problem in check_schema(schema, **more)]


def test_a_plain_form_may_be_used():
    assert check_schema(REFUND_FORM) == []


def test_references_within_may_be_used():
    money = {"type": "object", "properties": {"amount": {"type": "string"}}}
    schema = {"$defs": {"money": money}, "properties": {"a": {"$ref": "#/$defs/money"}}}
    assert check_schema(schema) == []


@pytest.mark.parametrize(
    ("schema", "code"),
    [
        ([], "schema"),
        ({"type": "nonsense"}, "schema"),
        ({"properties": {"a": {"minimum": "one"}}}, "schema"),
        ({"pattern": r"(a)\1"}, "schema_pattern"),
        ({"pattern": "(?=a)b"}, "schema_pattern"),
        ({"pattern": "a" * 501}, "schema_pattern"),
        ({"patternProperties": {"((": {}}}, "schema_pattern"),
        ({"$ref": "https://example.com/x"}, "schema_refs"),
        ({"$ref": "#/$defs/none"}, "schema_refs"),
        ({"$ref": "#"}, "schema_refs"),
        ({"$id": "https://example.com/x"}, "schema_refs"),
        ({"$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}}, "schema_refs"),
        ({"description": "x" * 70_000}, "schema_size"),
    ],
)
def test_what_a_schema_must_not_be(schema, code):
    assert code in codes(schema)


def test_too_many_levels():
    schema = {"type": "string"}
    for _ in range(20):
        schema = {"items": schema}
    assert codes(schema) == ["schema_depth"]


def test_references_that_multiply_are_refused():
    """Twenty lines that unfold to a million parts."""
    defs = {"d0": {"type": "string"}}
    for level in range(1, 14):
        defs[f"d{level}"] = {"allOf": [{"$ref": f"#/$defs/d{level - 1}"}] * 3}
    assert codes({"$defs": defs, "$ref": "#/$defs/d13"}) == ["schema_size"]


def test_the_pointer_leads_to_the_bad_pattern():
    schema = {"properties": {"a/b": {"items": {"pattern": "("}}}}
    assert check_schema(schema, "/params")[0].path == "/params/properties/a~1b/items/pattern"


def test_defaults_must_fit_when_asked():
    schema = {"properties": {"rate": {"type": "number", "default": "ten"}}}
    assert codes(schema) == []
    assert codes(schema, defaults=True) == ["type"]
    assert check_schema(schema, defaults=True)[0].path == "/properties/rate/default"


def test_defaults_are_checked_behind_references_too():
    schema = {
        "$defs": {"rate": {"type": "number", "maximum": 1}},
        "properties": {"rate": {"$ref": "#/$defs/rate", "default": 7}},
    }
    assert codes(schema, defaults=True) == ["maximum"]


def test_a_hostile_pattern_meets_a_hostile_value_in_linear_time():
    assert linear_pattern("^(a+)+$").search("a" * 50_000 + "b") is None


def test_following_a_reference_keeps_what_stands_beside_it():
    root = {"$defs": {"money": {"type": "object", "title": "Money"}}}
    assert follow({"$ref": "#/$defs/money", "title": "实付"}, root) == {
        "type": "object",
        "title": "实付",
    }
    assert follow({"$ref": "#/$defs/none"}, root) == {}
