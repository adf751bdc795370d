"""Files of orders: platforms' exports there and back, uploads, the test button."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from connectors.csv_file.conftest import GOOD, HEADER, mapping, read
from connectors.csv_file.connector import CONNECTOR, CsvCredentials, CsvSettings
from connectors.csv_file.suggest import suggest_mapping
from connectors.csv_file.table import read_names
from connectors.csv_file.writing import write_orders
from engine.core.connector import Request
from engine.core.errors import Unauthenticated
from engine.core.event import write_event

FOLDER = Path(__file__).parent / "recordings"
EXPORTS = sorted(FOLDER.glob("*.csv"))


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.stem)
def test_a_platforms_export_is_recognised_and_read(path: Path) -> None:
    wanted = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    with path.open("rb") as stream:
        suggested = suggest_mapping(read_names(stream))
    columns = [[column.to, column.column, column.join] for column in suggested.columns]
    assert (suggested.platform, columns) == (wanted["platform"], wanted["columns"])
    events, errors, sums = read(path.read_bytes(), suggested)
    assert errors == []
    assert sums.as_json() == wanted["sums"]
    found = [write_event(event) for event in events]
    assert [{name: one[name] for name in wanted["events"][0]} for one in found] == wanted["events"]


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.stem)
def test_what_was_read_can_be_written_and_read_again(path: Path) -> None:
    with path.open("rb") as stream:
        suggested = suggest_mapping(read_names(stream))
    events, _, sums = read(path.read_bytes(), suggested)
    out = io.BytesIO()
    written = write_orders(events, suggested, out)
    assert written.as_json() == sums.as_json()
    again, errors, sums_again = read(out.getvalue(), suggested)
    assert errors == []
    assert sums_again.as_json() == sums.as_json()
    for first, second in zip(events, again, strict=True):
        assert (first.id, first.time) == (second.id, second.time)
        assert {**first.data["order"], "lines": 0} == {**second.data["order"], "lines": 0}


def upload(raw: bytes, key: str, now: Any) -> Request:
    headers = {"authorization": key} if key else {}
    return Request("POST", "/hooks/csv_file/shop", {}, headers, raw, now)


def test_a_script_may_push_a_file_with_the_upload_key(make_link: Any, now: Any) -> None:
    key = "a-key-of-twenty-four-chars"
    link = make_link(
        CsvCredentials.model_validate({"upload_key": key}), CsvSettings(mapping=mapping())
    )
    assert CONNECTOR.receive is not None
    bad = "A2,已付款,x,2026-11-11 00:00:05,面膜,1,30"
    reply = CONNECTOR.receive(
        link, upload(f"{HEADER}\n{GOOD}\n{bad}\n".encode(), f"Bearer {key}", now)
    )
    assert [(event.source, event.connection) for event in reply.events] == [
        ("csv_file:shop", "shop")
    ]
    assert reply.review[0]["record"]["row"]["no"] == "A2"
    assert "第 3 行“paid”" in reply.review[0]["reason"]["zh"]
    said = json.loads(reply.body)
    assert (said["orders"], said["refused_orders"], said["errors"]) == (1, 1, [3])
    for wrong in ("", f"Bearer {key}x", key, "Bearer \udcff"):
        with pytest.raises(Unauthenticated):
            CONNECTOR.receive(link, upload(b"", wrong, now))
    closed = make_link(CsvCredentials(), CsvSettings(mapping=mapping()))
    with pytest.raises(Unauthenticated):
        CONNECTOR.receive(closed, upload(b"", "Bearer ", now))


def test_the_test_button_tells_what_is_taken(make_link: Any) -> None:
    link = make_link(CsvCredentials(), CsvSettings(mapping=mapping()))
    said = CONNECTOR.test(link)
    assert "平台订单号 ← no" in said["zh"]
    assert "7 columns" in said["en"]
