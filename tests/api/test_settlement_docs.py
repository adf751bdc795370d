"""The worked examples of docs/settlement.md: every row of its tables is what the API answers."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.api.conftest import Client
from tests.api.one_database import store_url  # noqa: F401
from tests.api.settling import BASE

PAGE = Path(__file__).parents[2] / "docs" / "settlement.md"
EXAMPLE = re.compile(r"^### (?P<title>.+?)$.*?```json\n(?P<json>.*?)```\n\n(?P<table>\|.*?)\n\n",
                     re.MULTILINE | re.DOTALL)  # fmt: skip


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def examples() -> Iterator[tuple[str, dict[str, Any], dict[str, str]]]:
    """(name, document, {column's English word: cell}) for every row of every table."""
    for found in EXAMPLE.finditer(PAGE.read_text()):
        head, _, *rows = found["table"].splitlines()
        names = [name.rpartition(" ")[2] for name in cells(head)]
        for row in rows:
            values = dict(zip(names, cells(row), strict=True))
            title = f"{found['title']} {' '.join(values.values())}"
            yield title, json.loads(found["json"]), values


ROWS = list(examples())


@pytest.fixture
def client(client_as: Callable[..., Client]) -> Client:
    return client_as("admin")


@pytest.mark.parametrize(
    ("document", "row"), [one[1:] for one in ROWS], ids=[one[0] for one in ROWS]
)
def test_every_row_of_the_page_is_what_comes_out(
    client: Client, document: dict[str, Any], row: dict[str, str]
) -> None:
    if "shares" in document:
        found = client.post(f"{BASE}/split", {"amount": row.pop("amount"), "plan": document})
        assert {one["key"]: one["amount"] for one in found.json["parts"]} == row
        return
    body: dict[str, Any] = {"document": document}
    if "before" in row:
        rule = document["rules"][0]["id"]
        body |= {"rule": rule, "amount": row["paid"], "before_amount": row["before"]}
        assert client.post(f"{BASE}/quote", body).json["amount"] == row["earns"]
        return
    at = row.get("at", "2026-11-11T10:00:00+08:00")
    order = {
        "platform": row.get("platform", "douyin"),
        "shop": "flagship",
        "external_id": "1",
        "status": "paid",
        "amount": row["paid"],
        "created_at": at,
        "paid_at": at,
    }
    if "points" in row:
        used = {"type": "points", "amount": row["points"], "bearer": row["bearer"]}
        order["adjustments"] = [used]
    parties = {"promoter": {"key": "pty_lin", "kind": "creator"}}
    body |= {"order": order, "parties": parties}
    found = client.post(f"{BASE}/quote", body)
    assert found.status_code == 200, found.json
    if row["earns"] == "missing_rate":
        assert found.json["lines"] == []
        assert [one["problem"]["code"] for one in found.json["unpriced"]] == ["missing_rate"]
        return
    assert [one["amount"] for one in found.json["lines"]] == [row["earns"]]


def test_the_page_has_its_examples() -> None:
    assert len(ROWS) >= 18
