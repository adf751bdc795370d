"""`jimu settle`: a card is tried from a file, a period closed, a report printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engine.cli.conftest import Jimu

CARD: dict[str, Any] = {
    "key": "dealers",
    "name": "经销商返利",
    "terms": [{"key": "rebate", "name": "返利", "party": {"party": "pty_lin"}}],
    "rules": [
        {
            "id": "steps",
            "name": "阶梯返利",
            "term": "rebate",
            "model": {
                "kind": "volume",
                "tiers": [
                    {"from": "0", "percent": "0"},
                    {"from": "500000", "percent": "3"},
                    {"from": "1000000", "reach": "over", "percent": "5"},
                ],
            },
        }
    ],
}
ORDER: dict[str, Any] = {
    "platform": "douyin",
    "shop": "flagship",
    "external_id": "1",
    "status": "paid",
    "amount": "600000.00",
    "created_at": "2026-11-11T10:00:00+08:00",
    "paid_at": "2026-11-11T10:00:00+08:00",
}


@pytest.fixture
def card(tmp_path: Path) -> str:
    file = tmp_path / "card.json"
    file.write_text(json.dumps(CARD))
    return str(file)


def test_a_bare_amount_is_priced_with_its_arithmetic(
    jimu: Jimu, installed: Path, card: str
) -> None:
    # 全额累进: one yuan more than 1,000,000 brings 20,000.05 (docs/settlement.md).
    asked = ("settle", "quote", card, "--amount", "1.00", "--before", "1000000.00")
    found = json.loads(jimu(*asked, "--json").stdout)
    assert (found["amount"], found["currency"]) == ("20000.05", "CNY")
    shown = jimu(*asked)
    assert shown.exit_code == 0
    assert "20000.05 CNY" in shown.stdout


def test_an_order_is_priced_line_by_line(
    jimu: Jimu, installed: Path, card: str, tmp_path: Path
) -> None:
    file = tmp_path / "order.json"
    file.write_text(json.dumps(ORDER))
    result = jimu("settle", "quote", card, "--order", str(file), "--json")
    (line,) = json.loads(result.stdout)["lines"]
    assert (line["amount"], line["party"], line["term"]) == ("18000.00", "pty_lin", "rebate")
    said = " ".join(one["zh"] for one in line["sentences"])
    assert "600,000.00 × 3% = 18,000.00" in said


def test_what_cannot_be_tried_is_a_sentence(
    jimu: Jimu, installed: Path, card: str, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("[")
    for arguments in (
        (card,),
        (card, "--amount", "x"),
        (str(broken), "--amount", "1"),
        ("nobody", "--amount", "1"),
        (card, "--amount", "1", "--rule", "nothing"),
    ):
        result = jimu("settle", "quote", *arguments)
        assert result.exit_code == 2, (arguments, result.output)
        assert result.stderr


def test_a_period_is_closed_and_reported(jimu: Jimu, installed: Path) -> None:
    found = json.loads(jimu("settle", "close", "2025-11", "--json").stdout)
    assert (found["period"], found["status"]) == ("2025-11", "locked")
    assert jimu("settle", "close", "2025-11").exit_code == 2
    assert jimu("settle", "close", "nonsense").exit_code == 2
    assert json.loads(jimu("settle", "report", "--month", "2025-11", "--json").stdout) == []
    assert jimu("settle", "report", "colour").exit_code == 2
    assert jimu("settle", "report", "party", "--month", "2025-13").exit_code == 2
