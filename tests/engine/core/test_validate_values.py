"""Publish checks of what stands in a step: choices, waits, values, parameters, run modes."""

import pytest

from engine.core.validate import Known
from tests.engine.core.blocks import node
from tests.engine.core.checking import BRANCHES, KNOWN, START, after_start, codes, problems, told

# -- choices and waits ---------------------------------------------------------------------------


def test_a_choice_needs_a_line_for_otherwise():
    found = told([START, node("n2", "branch", {"branches": BRANCHES}), node("n3", "do")],
                 ["n1 -> n2", "n2:big -> n3"])  # fmt: skip
    assert found == [("no_default", "/nodes/1")]


def choice(*conditions, every=False):
    rows = [
        {"id": f"b{number}", "name": f"第{number}支", "condition": condition}
        for number, condition in enumerate(conditions, 1)
    ]
    nodes = [START, node("n2", "branch", {"branches": rows, "every": every}), node("n3", "end")]
    lines = ["n1 -> n2", "n2:default -> n3", *(f"n2:{row['id']} -> n3" for row in rows)]
    return problems(nodes, lines)


def test_otherwise_has_no_condition():
    rows = [{"id": "default", "condition": "order.amount > 1"}]
    found = told([START, node("n2", "branch", {"branches": rows}), node("n3", "end")],
                 ["n1 -> n2", "n2:default -> n3"])  # fmt: skip
    assert ("condition_on_default", "/nodes/1/config/branches/0/condition") in found


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        (["order.amount >= 500", "order.amount < 500"], []),
        (["order.amount > 500", "order.amount > 100"], []),  # steps, as people write them
        (["order.amount > 500", "order.amount < 500"], ["branch_gap"]),
        (["order.amount >= 500", "order.amount <= 500"], ["branch_overlap"]),
        (["order.amount > 100", "order.amount > 500"], ["hidden_branch"]),
        (["order.amount < 100", "order.amount >= 200"], ["branch_gap"]),
        (["order.amount > 100 and customer.level == 'VIP'", "order.amount > 100"], []),
        (["order.amount > 100", "order.amount > 100 and customer.level == 'VIP'"],
         ["hidden_branch"]),
        (["customer.level in ['A', 'B']", "customer.level == 'A'"], ["hidden_branch"]),
        (["order.amount > params.x", "order.amount > 1"], ["unknown_name"]),
        ([{"any": [{"field": "order.amount", "op": "lt", "value": "1"},
                   {"field": "order.amount", "op": "gt", "value": "5"}]}, "order.amount == 7"],
         ["branch_gap", "hidden_branch"]),
    ],
)  # fmt: skip
def test_overlaps_and_holes_of_numeric_choices(conditions, found):
    assert [problem.code for problem in choice(*conditions)] == found


def test_overlap_is_meant_where_every_match_is_taken():
    assert choice("order.amount > 100", "order.amount > 500", every=True) == []


def test_the_sentence_says_where_branches_overlap():
    (problem,) = choice("order.amount >= 500", "order.amount <= 500")
    assert problem.level == "warning"
    assert "「订单实付金额」等于 500" in problem.message["zh"]
    assert "第1支" in problem.message["zh"]


def test_tables_are_looked_at_with_pointers_into_the_document():
    table = {
        "hit_policy": "unique",
        "inputs": [{"id": "a", "expression": "order.amount", "type": "number"}],
        "outputs": [{"id": "x"}],
        "rows": [{"id": "r1", "when": {"a": "<= 5"}, "then": {"x": 1}},
                 {"id": "r2", "when": {"a": ">= 5"}, "then": {"x": 2}}],
    }  # fmt: skip
    found = after_start(node("n2", "table", {"table": table}))
    assert [(p.code, p.path) for p in found] == [
        ("table_overlap", "/nodes/1/config/table/rows/1"),
    ]
    table["rows"][0]["when"]["a"] = "< order.weight"
    table["rows"][1]["when"]["a"] = ">= 5"
    table["inputs"][0]["expression"] = "steps.n9.total"
    assert "unknown_step" in codes(node("n2", "table", {"table": table}))


@pytest.mark.parametrize(
    ("type_", "more", "found"),
    [
        ("wait", {}, ["no_timeout"]),
        ("wait", {"timeout": "PT30M"}, []),
        ("timed_wait", {}, ["no_timeout"]),
        ("timed_wait", {"config": {"timeout": "P3D"}}, []),
    ],
)
def test_whoever_waits_says_for_how_long(type_, more, found):
    waiting = {"id": "n2", "type": type_, "name": "等", **more}
    lines = ["n1 -> n2", "n2:event -> n3", "n2:timeout -> n3"]
    assert [p.code for p in problems([START, waiting, node("n3", "end")], lines)] == found


def test_a_timeout_without_a_line_is_remarked_on():
    nodes = [START, node("n2", "wait", timeout="P1D"), node("n3", "end")]
    found = problems(nodes, ["n1 -> n2", "n2:event -> n3"])
    assert [(p.code, p.level) for p in found] == [("no_timeout_line", "warning")]


# -- values --------------------------------------------------------------------------------------


def test_unknown_and_missing_fields():
    found = after_start(node("n2", "if", {"conditions": "true"}))
    assert [(p.code, p.path) for p in found] == [
        ("required", "/nodes/1/config/condition"),
        ("unknown_field", "/nodes/1/config/conditions"),
    ]
    assert found[0].message["zh"] == "「n2」的「条件」：必填"


def test_connections_and_flows_must_be_there():
    assert codes(node("n2", "do", {"connection": "shop", "flow": "inner"}), known=KNOWN) == []
    found = after_start(node("n2", "do", {"connection": "mall", "flow": "outer"}), known=KNOWN)
    assert [p.code for p in found] == ["unknown_connection", "unknown_flow"]
    assert codes(node("n2", "do", {"connection": "mall"})) == []  # nobody knows what there is


def test_an_event_nobody_knows_is_remarked_on():
    nodes = [node("n1", "event", {"type": "testdrive.done"}), node("n2", "end")]
    found = problems(nodes, ["n1 -> n2"])
    assert [(p.code, p.level) for p in found] == [("unknown_event", "warning")]
    assert told(nodes, ["n1 -> n2"], known=Known(event_types={"testdrive.done"})) == []


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ({"headers": {"Authorization": "Bearer abcdefghijklmnop"}}, ["secret_in_text"]),
        ({"headers": {"X-Api-Key": "3f9a8c7e6d5b4a39"}}, ["secret_in_text"]),
        ({"headers": {"Authorization": "{{ params.auth }}"}}, ["unknown_name"]),
        ({"headers": {"Accept": "application/json"}}, []),
        ({"text": "AKIAABCDEFGHIJKLMNOP"}, ["secret_in_text"]),
        ({"text": "https://u:p4ssword@example.com/x"}, ["secret_in_text"]),
        ({"text": "您的密码已重置,请尽快登录"}, []),
        ({"text": "密码:abc12345"}, ["secret_in_text"]),
        ({"password": "hunter2hunter2"}, []),  # a field made for secrets
    ],
)
def test_secrets_in_plain_text(config, found):
    assert codes(node("n2", "do", config)) == found


def test_a_form_of_a_users_making_is_checked():
    form = {"properties": {"n": {"type": "number", "default": "x"}}}
    found = after_start(node("n2", "do", {"form": form}))
    assert [(p.code, p.path) for p in found] == [
        ("type", "/nodes/1/config/form/properties/n/default")
    ]


@pytest.mark.parametrize(
    ("amount", "found"),
    [
        ("{{ order.amount * 0.1 }}", ["money_unrounded"]),
        ("{{ (order.amount * 0.1).round(2) }}", []),
        ("{{ order.amount - 5 }}", []),
        ("{{ order.lines.length * 2 }}", []),
    ],
)
def test_money_that_is_multiplied_must_be_rounded(amount, found):
    assert codes(node("n2", "do", {"amount": amount})) == found


# -- the flow's own parts ------------------------------------------------------------------------


def settings(**more):
    return [(p.code, p.path) for p in problems([START, node("n2", "end")], ["n1 -> n2"], **more)]


def test_parameters_are_sound_and_have_defaults():
    sound = {"type": "object", "properties": {"limit": {"type": "number", "default": 500}}}
    assert settings(params=sound) == []
    assert settings(params={"properties": {"limit": {"type": "number"}}}) == [
        ("param_without_default", "/params/properties/limit")
    ]
    assert settings(params={"properties": {"limit": {"type": "number", "default": "x"}}}) == [
        ("type", "/params/properties/limit/default")
    ]
    assert settings(params={"properties": {"上限": {"default": 1}}})[0][0] == "param_name"


def test_a_changed_locked_value_is_refused():
    def locked(value):
        params = {"properties": {"rate": {"type": "number", "default": value, "x-lock": True}}}
        known = Known(locked={"/params/properties/rate/default": 0.1})
        return settings(params=params, known=known)

    assert locked(0.1) == []
    assert locked(0.2) == [("locked_value", "/params/properties/rate/default")]


@pytest.mark.parametrize(
    ("mode", "found"),
    [
        ({"mode": "parallel", "limit": 5}, []),
        ({"mode": "single", "limit": 5}, [("limit_unused", "/run_mode/limit")]),
        ({"reentry": "once_per"}, [("no_period", "/run_mode/period")]),
        ({"reentry": "once_per", "period": "P7D"}, []),
        ({"period": "P7D"}, [("period_unused", "/run_mode/period")]),
        ({"key": "order.shoppe"}, [("unknown_name", "/run_mode/key")]),
        ({"key": "order.external_id"}, []),
        ({"key": "order."}, [("expression", "/run_mode/key")]),
        ({"key": "steps.n1.id"}, [("key_too_early", "/run_mode/key")]),
    ],
)
def test_run_modes_make_sense(mode, found):
    assert settings(run_mode=mode) == found


def test_cases_have_the_form_of_events():
    event = {"type": "order.paid", "data": {"order": {}}}
    good = {
        "name": "大单",
        "event": event,
        "now": "2026-11-11T10:00:00+08:00",
        "answers": {"n2": {}},
    }
    assert settings(cases=[good]) == []
    bad = {"name": "大单", "event": {"data": 3}, "now": "tomorrow", "answers": {"n7": {}}}
    naive = {**good, "name": "早上", "now": "2026-11-01T08:00:00"}
    assert settings(cases=[good, naive]) == [("case_now", "/cases/1/now")]
    assert settings(cases=[good, bad]) == [
        ("case_event", "/cases/1/event/data"),
        ("case_event", "/cases/1/event/type"),
        ("case_name", "/cases/1/name"),
        ("case_now", "/cases/1/now"),
        ("case_step", "/cases/1/answers/n7"),
    ]
