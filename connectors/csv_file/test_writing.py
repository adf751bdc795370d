"""The way back out: streamed, read back unchanged, never a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from connectors.csv_file import cells
from connectors.csv_file.conftest import NOW, mapping, read
from connectors.csv_file.connector import CONNECTOR
from connectors.csv_file.writing import write_orders
from engine.core.errors import InvalidInput
from engine.core.event import Event


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20"]
)
def test_no_exported_text_begins_like_a_formula(start: str) -> None:
    order = {**CONNECTOR.events[0].sample["order"], "buyer_note": f"{start}1+1"}
    order["lines"] = [{"name": f"{start}cmd", "quantity": 1, "amount": "-5.00"}]
    event = Event("1", "s", "order.paid", NOW, {"order": order})
    given = mapping(
        {
            "external_id": "no",
            "buyer_note": "note",
            "line.name": "=name",
            "line.amount": "amount",
            "created_at": "at",
            "amount": "paid",
        }
    )
    out = io.BytesIO()
    write_orders([event], given, out)
    header, row = csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline=""))
    assert header == ["no", "note", "'=name", "amount", "at", "paid"]
    assert row[1].startswith(f"'{start}")
    assert row[2].startswith(f"'{start}")
    assert row[3] == "-5.00", "a number stays one"


@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
def test_a_written_text_is_read_back_unchanged(note: str) -> None:
    assume(not {"\x00", "\ufffd"} & set(note))
    assume(not note.startswith(("'", '="')))
    assume(cells.read_text(note) == note)
    order = {**CONNECTOR.events[0].sample["order"], "buyer_note": note}
    event = Event("1", "s", "order.paid", NOW, {"order": order})
    given = mapping(
        {"external_id": "no", "buyer_note": "note", "created_at": "at", "amount": "paid"}
    )
    out = io.BytesIO()
    write_orders([event], given, out)
    (again,), errors, _ = read(out.getvalue(), given)
    assert errors == []
    assert again.data["order"]["buyer_note"] == note


def test_an_export_streams_and_leaves_the_stream_open() -> None:
    def events() -> Iterator[Event]:
        for n in range(1_000):
            order = {**CONNECTOR.events[0].sample["order"], "external_id": f"A{n}"}
            yield Event(str(n), "s", "order.paid", NOW, {"order": order})

    out = io.BytesIO()
    sums = write_orders(events(), mapping({"external_id": "no", "amount": "paid"}), out)
    assert not out.closed
    assert (sums.rows, sums.orders) == (1_000, 1_000)
    for data in ({}, {"order": 7}, {"order": {}}, {"order": {"amount": "x", "created_at": "y"}}):
        with pytest.raises(InvalidInput):
            write_orders([Event("1", "s", "page.viewed", NOW, data)], mapping(), out)
    assert not out.closed
