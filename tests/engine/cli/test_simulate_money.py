"""`jimu flow simulate` on an input or a moment, and what it prints of money."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.cli.simulated_money import show_compared_money, show_money
from tests.engine.cli.conftest import Jimu, order

ASKED = {
    "type": "object",
    "required": ["reason"],
    "properties": {"reason": {"type": "string", "title": "原因"}},
}


def written(folder: Path, name: str, document: Any) -> Path:
    file = folder / name
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def gives(party: str, amount: str) -> dict[str, Any]:
    """A flow that gives a party an amount for each order."""
    post = {
        "id": "post",
        "type": "post_entries",
        "config": {
            "parts": "params.parts",
            "term": "service",
            "order": "{{ order.platform }}/{{ order.shop }}/{{ order.external_id }}",
        },
    }
    parts = [{"party": party, "amount": amount}]
    return {
        "format": "jimu.flow/1",
        "key": "gives",
        "name": "服务费",
        "nodes": [{"id": "t", "type": "event", "config": {"type": "order.paid"}}, post],
        "edges": [{"id": "e1", "from": "t", "to": "post"}],
        "params": {
            "type": "object",
            "properties": {"parts": {"type": "array", "title": "各方", "default": parts}},
        },
    }


def asks(type_: str, config: dict[str, Any]) -> dict[str, Any]:
    return {
        "format": "jimu.flow/1",
        "key": "asks",
        "name": "报修",
        "nodes": [
            {"id": "go", "type": type_, "config": config},
            {"id": "last", "type": "end", "config": {"outcome": "完"}},
        ],
        "edges": [{"id": "e1", "from": "go", "to": "last"}],
    }


@pytest.fixture(params=["zh", "en"])
def language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("LC_ALL", {"zh": "zh_CN.UTF-8", "en": "C.UTF-8"}[request.param])
    return str(request.param)


def test_the_money_of_two_versions_is_printed(
    jimu: Jimu, installed: Path, tmp_path: Path, language: str
) -> None:
    old = written(tmp_path, "old.json", gives("pty_lin", "5.00"))
    jimu("flow", "import", old, "--publish")
    new = written(tmp_path, "new.json", gives("pty_lin", "7.50"))
    events = tmp_path / "events.jsonl"
    events.write_text("\n".join(json.dumps(order(str(n), "100.00")) for n in range(1, 4)))
    asked = ("flow", "simulate", new, "--events", events, "--against", "live")
    report = json.loads(jimu(*asked, "--json").stdout)
    assert report["money"]["totals"][0]["amount"] == "22.50"
    assert report["comparison"]["money"]["difference"] == "7.50"
    told = jimu(*asked)
    assert told.exit_code == 0, told.output
    said = {
        "zh": ("结算：22.50 CNY（3 个订单", "参与方", "金额差异：7.50 CNY；3 个订单中 3 个不同",
               "差异最大的订单"),
        "en": ("settled: 22.50 CNY (3 orders", "Party", "money differs by 7.50 CNY: 3 of 3 orders",
               "Largest differences"),
    }[language]  # fmt: skip
    for one in (*said, "own/小程序商城/1", "15.00"):
        assert one in told.stdout


def test_parties_channels_tiers_and_exceeded_budgets_are_printed(
    jimu: Jimu, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    figures = {"currency": "CNY", "amount": "20.00", "orders": 2, "entries": 2}
    budget = {"name": "达人预算", "unit": "money", "currency": "CNY", "limit": "25.00",
              "used": "20.00", "asked": 3, "held": 1,
              "exceeded_at": "2026-11-13T20:30:00+00:00"}  # fmt: skip
    show_money(
        {
            "totals": [figures],
            "by_party": [{"party": "pty_1", "name": "小林", **figures}],
            "by_channel": [{"channel": "live", "platform": "douyin", "shop": "旗舰", **figures}],
            "by_tier": [{"term": "commission", "tier": "2", **figures}] * 12,
            "by_state": [],
            "budgets": [budget, {**budget, "name": "够用", "exceeded_at": None}],
            "left_out": [
                {"card": "c", "term": "fee", "kind": "unpriced", "name": "no_party", "lines": 4},
                {"card": "c", "term": "gift", "kind": "excluded", "name": "赠品", "lines": 2},
            ],
        },
        {"c.fee": "服务费"},
    )
    shown = capsys.readouterr().out
    said = {
        "zh": ("2026-11-14 04:30 起超出，3 次申请中 1 次没有通过",
               "预算 够用：已用 20.00 / 25.00 CNY",
               "没有定价：服务费，4 行（参与方还没有设置）",
               "没有定价：gift，2 行（按规则排除：赠品）", "另有 2 行"),
        "en": ("exceeded from 2026-11-14 04:30 on, 1 of 3 demands held back",
               "budget 够用: 20.00 / 25.00 CNY used",
               "not priced: 服务费, 4 lines (the party is not set up)",
               "and 2 more"),
    }[language]  # fmt: skip
    for one in (*said, "小林", "live · douyin · 旗舰", "commission · 2", "20.00 CNY"):
        assert one in shown


def test_nothing_is_printed_where_nothing_was_settled(capsys: pytest.CaptureFixture[str]) -> None:
    show_money(None)
    show_compared_money(None)
    assert capsys.readouterr().out == ""


def test_a_manual_trigger_is_tried_with_its_input(
    jimu: Jimu, installed: Path, tmp_path: Path
) -> None:
    file = written(tmp_path, "flow.json", asks("manual", {"inputs": ASKED}))
    told = jimu("flow", "simulate", file, "--input", '{"reason": "漏水"}', "--json")
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["runs"]["by_status"] == {"succeeded": 1}
    given = written(tmp_path, "input.json", {"reason": "漏水"})
    assert jimu("flow", "simulate", file, "--input", given).exit_code == 0


def test_an_input_that_does_not_fit_is_a_sentence_with_its_path(
    jimu: Jimu, installed: Path, tmp_path: Path
) -> None:
    file = written(tmp_path, "flow.json", asks("form", {"title": "报修", "form": ASKED}))
    for given, path in (
        ('{"reason": 7}', "/starts/0/inputs/reason"),
        ("{", "/starts/0/inputs"),
        ("[1]", "/starts/0/inputs"),
    ):
        told = jimu("flow", "simulate", file, "--input", given)
        assert told.exit_code == 2
        assert path in told.stderr


def test_a_schedule_is_tried_at_a_moment(jimu: Jimu, installed: Path, tmp_path: Path) -> None:
    file = written(tmp_path, "flow.json", asks("schedule", {"cron": "0 10 * * *"}))
    told = jimu("flow", "simulate", file, "--at", "2026-03-01T10:00:00+08:00", "--json")
    assert told.exit_code == 0, told.output
    report = json.loads(told.stdout)
    assert report["runs"]["started"] == 1
    assert report["events"]["first_at"].startswith("2026-03-01T02:00:00")
    assert jimu("flow", "simulate", file, "--at", "tomorrow").exit_code == 2
