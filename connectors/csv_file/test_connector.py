"""Files of orders: platforms' exports, bad rows, hostile files, and the way back out."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.csv_file import cells
from connectors.csv_file.connector import CONNECTOR, CsvCredentials, CsvSettings
from connectors.csv_file.mapping import OrderMapping
from connectors.csv_file.reading import OPEN, LineError, Sums, read_orders
from connectors.csv_file.suggest import suggest_columns, suggest_mapping
from connectors.csv_file.table import read_names
from connectors.csv_file.writing import write_orders
from engine.core.connector import Request
from engine.core.errors import InvalidInput, Unauthenticated
from engine.core.event import Event, write_event
from engine.core.records.order import Order

FOLDER = Path(__file__).parent / "recordings"
EXPORTS = sorted(FOLDER.glob("*.csv"))
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 11, 0, 3, 12, tzinfo=UTC)
COLUMNS = {
    "external_id": "no",
    "status": "status",
    "amount": "paid",
    "created_at": "at",
    "line.name": "goods",
    "line.quantity": "n",
    "line.price": "price",
}
HEADER = "no,status,paid,at,goods,n,price"
GOOD = "A1,已付款,30.00,2026-11-11 00:00:05,面膜,1,30.00"


def mapping(columns: dict[str, str] | None = None, **more: Any) -> OrderMapping:
    listed = [{"to": to, "column": name} for to, name in (columns or COLUMNS).items()]
    return OrderMapping.model_validate({"columns": [*listed, *more.pop("also", ())], **more})


def read(content: str | bytes, given: OrderMapping | None = None, **more: Any) -> Any:
    """(events, errors, sums) of a file; text stands under the usual header."""
    raw = content if isinstance(content, bytes) else f"{HEADER}\n{content}\n".encode()
    sums = Sums()
    found = list(read_orders(io.BytesIO(raw), given or mapping(), sums=sums, **more))
    events = [one for one in found if isinstance(one, Event)]
    errors = [one for one in found if isinstance(one, LineError)]
    for event in events:
        Order.model_validate(event.data["order"])
    assert sums.events == len(events)
    return events, errors, sums


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


def test_rows_of_one_order_become_its_lines_also_when_mixed() -> None:
    events, errors, sums = read(
        "A1,已付款,100,2026-11-11 00:00:05,面膜,1,30\n"
        "A2,已付款,50,2026-11-11 00:00:06,眼霜,1,50\n"
        "A1,已付款,100,2026-11-11 00:00:05,洁面,2,45\n"
    )
    assert errors == []
    assert [event.subject for event in events] == ["A1", "A2"]
    lines = events[0].data["order"]["lines"]
    assert [(line["name"], line["amount"]) for line in lines] == [
        ("面膜", "25.00"),
        ("洁面", "75.00"),
    ]
    assert (sums.rows, sums.orders, sums.lines) == (3, 2, 3)
    assert sums.amounts == {"CNY": Decimal("150.00")}


def test_the_same_file_again_gives_the_same_ids() -> None:
    first, _, _ = read(GOOD, source="csv_file:shop", connection="shop")
    again, _, _ = read(GOOD, source="csv_file:shop", connection="shop")
    assert first == again
    assert (first[0].id, first[0].source) == ("own:own:A1:paid", "csv_file:shop")
    later, _, _ = read(GOOD.replace("已付款", "已发货"), source="csv_file:shop", connection="shop")
    assert later[0].id != first[0].id


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (",已付款,30,2026-11-11 00:00:05,面膜,1,30", "no", "为空"),
        ("6.92E+15,已付款,30,2026-11-11 00:00:05,面膜,1,30", "no", "科学计数法"),
        ("A9" + "9" * 200 + ",已付款,30,2026-11-11 00:00:05,面膜,1,30", "no", "128"),
        ("A9,飞走了,30,2026-11-11 00:00:05,面膜,1,30", "status", "飞走了"),
        ("A9,已付款,三十,2026-11-11 00:00:05,面膜,1,30", "paid", "三十"),
        ("A9,已付款,3e1,2026-11-11 00:00:05,面膜,1,30", "paid", "3e1"),
        ("A9,已付款,NaN!,2026-11-11 00:00:05,面膜,1,30", "paid", "NaN!"),
        ("A9,已付款,99999999999999999,2026-11-11 00:00:05,面膜,1,30", "paid", "数字"),
        ("A9,已付款,0.123456,2026-11-11 00:00:05,面膜,1,30", "paid", "数字"),
        ("A9,已付款,30,2026-02-31 00:00:05,面膜,1,30", "at", "时间"),
        ("A9,已付款,30,11/12/2026,面膜,1,30", "at", "时间"),
        ("A9,已付款,30,9999-12-31 23:59:59,面膜,1,30", "at", "时间"),
        ("A9,已付款,30,,面膜,1,30", "", "下单时间"),
        ("A9,已付款,,2026-11-11 00:00:05,,,", "", "金额"),
        ("A9,已付款,30,2026-11-11 00:00:05,面膜,-1,30", "n", "-1"),
        ("A9,已付款,30,2026-11-11 00:00:05,面膜,1,30,多一格", "", "列数"),
        ("A9,已付款,30,2026-11-11 00:00:05,面\ufffd膜,1,30", "", "编码"),
    ],
)
def test_a_bad_row_is_named_and_stops_nothing(row: str, column: str, words: str) -> None:
    events, (error,), sums = read(f"{GOOD}\n{row}\n{GOOD.replace('A1', 'A2')}")
    assert [event.subject for event in events] == ["A1", "A2"]
    assert (error.line, error.column) == (3, column)
    assert words in error.reason["zh"]
    assert error.reason["en"].isascii() or words in error.reason["en"]
    assert error.record["no"] == row.split(",")[0]
    assert (sums.rows, sums.orders, sums.refused_rows) == (3, 2, 1)


def test_a_bad_row_refuses_its_whole_order() -> None:
    bad = "A1,已付款,30,2026-11-11 00:00:05,眼霜,一,30"
    events, errors, sums = read(f"{GOOD}\n{bad}\n{GOOD}")
    assert events == []
    assert [(error.line, error.order) for error in errors] == [(3, "A1")]
    assert (sums.rows, sums.refused_rows, sums.refused_orders) == (3, 3, 1)


def test_rows_too_far_apart_are_an_error_and_never_lost() -> None:
    between = "\n".join(GOOD.replace("A1", f"B{n}") for n in range(OPEN + 5))
    events, errors, sums = read(f"{GOOD}\n{between}\n{GOOD}")
    assert len(events) == OPEN + 6
    assert [error.order for error in errors] == ["A1"]
    assert "排序" in errors[0].reason["zh"]
    assert sums.rows == OPEN + 7


def test_memory_stays_bounded_on_an_endless_order() -> None:
    _, errors, sums = read("\n".join([GOOD] * 2_010))
    assert len(errors) == 10
    assert sums.refused_orders == 1


def test_reading_is_lazy() -> None:
    class Endless(io.RawIOBase):
        def __init__(self) -> None:
            self.given = 0

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            first = HEADER + "\n" if not self.given else ""
            chunk = first + "".join(
                GOOD.replace("A1", f"A{self.given + n}") + "\n" for n in range(2_000)
            )
            self.given += 2_000
            return chunk.encode()

    stream = Endless()
    found = read_orders(stream, mapping())
    for _ in range(3_000):
        assert isinstance(next(found), Event)
    assert stream.given < 20_000


def test_quotes_and_line_breaks_inside_cells_are_one_row() -> None:
    row = 'A1,已付款,"1,030.50","2026-11-11 00:00:05","面膜\n""大""",1,30'
    events, errors, _ = read(f"{row}\nA2,已付款,x,2026-11-11 00:00:05,面膜,1,30")
    assert events[0].data["order"]["amount"] == "1030.50"
    assert events[0].data["order"]["lines"][0]["name"] == '面膜\n"大"'
    assert [error.line for error in errors] == [4]


def test_a_quote_that_never_closes_swallows_nothing_silently() -> None:
    open_quote = 'A2,已付款,30,2026-11-11 00:00:05,"面膜,1,30'
    events, errors, sums = read("\n".join([GOOD, open_quote, *[GOOD.replace("A1", "A3")] * 5]))
    assert [event.subject for event in events] == ["A1"]
    assert [error.line for error in errors] == [3]
    assert "第 8 行" in errors[0].reason["zh"]
    assert sums.refused_rows == 1
    after = 'A2,已付款,30,2026-11-11 00:00:05,"面"膜,1,30'
    events, errors, _ = read(f"{GOOD}\n{after}\n{GOOD.replace('A1', 'A3')}")
    assert ([event.subject for event in events], len(errors)) == (["A1", "A3"], 1)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"  \n\n",
        b"PK\x03\x04rest of a workbook",
        b"\xd0\xcf\x11\xe0 old workbook",
        b"a,b,c\n1,2,3\n",
        b"\x00" * 1000,
        b"\xff\xfe",
        b'"' + b"x" * 300_000,
    ],
)
def test_a_file_that_is_no_table_is_refused_at_once(raw: bytes) -> None:
    with pytest.raises(InvalidInput):
        next(read_orders(io.BytesIO(raw), mapping()))


@given(st.binary(max_size=2_000))
def test_whatever_follows_the_header_raises_nothing(body: bytes) -> None:
    for found in read_orders(io.BytesIO(HEADER.encode() + b"\n" + body), mapping()):
        assert isinstance(found, Event | LineError)


@given(
    st.lists(
        st.lists(
            st.one_of(
                st.sampled_from(
                    [
                        *(
                            "A1",
                            "A2",
                            "已付款",
                            "已完成",
                            "30",
                            "-5",
                            "1e9",
                            "=1+1",
                            "0",
                            "",
                            "1,0",
                        ),
                        *("2026-11-11 00:00:05", "1794355392", "2026年11月1日 8:00", "￥12.5"),
                    ]
                ),
                st.text(max_size=8),
            ),
            min_size=1,
            max_size=9,
        ),
        max_size=12,
    )
)
def test_sums_always_account_for_every_row(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([HEADER.split(","), *rows])
    events, _, sums = read(out.getvalue().encode("utf-8", "replace"))
    taken = sum(len(event.data["order"].get("lines", ())) for event in events)
    assert taken == sums.lines
    assert sums.rows >= sums.refused_rows + sums.lines
    for event in events:
        order = event.data["order"]
        assert Decimal(order["amount"]) == Decimal(order["amount"]).quantize(Decimal("0.0001"))


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [("utf-8", ","), ("utf-8-sig", ";"), ("gb18030", "\t"), ("utf-16", "\t"), ("gbk", ",")],
)
def test_encoding_and_delimiter_are_found_out(encoding: str, delimiter: str) -> None:
    raw = f"{HEADER}\n{GOOD}\n".replace(",", delimiter).encode(encoding)
    events, errors, _ = read(raw)
    assert errors == []
    assert events[0].data["order"]["lines"][0]["name"] == "面膜"


def test_titles_above_the_names_and_excels_own_first_line_are_skipped() -> None:
    head = f"禾苗旗舰店订单导出\n\n导出时间:2026-11-11\n{HEADER}\n"
    events, errors, _ = read(f"{head}{GOOD}\n{GOOD.replace('A1', 'A2')},,\n".encode())
    assert (len(events), errors) == (2, [])
    events, _, _ = read(f"sep=;\n{HEADER}\n{GOOD}\n".replace(",", ";").encode())
    assert len(events) == 1


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidInput) as found:
        read(b"no,status,paid\n1,2,3\n")
    assert "at、goods、n、price" in found.value.message["zh"]
    assert [problem.path for problem in found.value.problems] == [
        f"/columns/{index}/column" for index in (3, 4, 5, 6)
    ]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("58.9", "58.90"),
        ("58", "58.00"),
        ("-12.5", "-12.50"),
        ("1,234.50", "1234.50"),
        ("￥1,234.5", "1234.50"),
        ("¥12", "12.00"),
        ("12.5元", "12.50"),
        ("(12.00)", "-12.00"),
        ("12.50", "12.50"),
        ("158.79999999999998", "158.80"),
        ('="12.5"', "12.50"),
        ("0.125", "0.125"),
        ("--", None),
        ("", None),
        ("NULL", None),
    ],
)
def test_amounts_are_read_as_people_write_them(cell: str, value: str | None) -> None:
    assert cells.read_money(cell) == value


def test_cents_and_decimal_commas_are_the_mappings_choice() -> None:
    assert cells.read_money("12345", "fen") == "123.45"
    assert cells.read_money("1.234,50", "yuan", ",") == "1234.50"
    for cell, unit, mark in (("1.5", "fen", "."), ("1,2,3", "yuan", "."), ("1.2.3", "yuan", ",")):
        with pytest.raises(cells.BadCell):
            cells.read_money(cell, unit, mark)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2026-11-11 00:03:12", "2026-11-10T16:03:12Z"),
        ("2026/11/1 0:03", "2026-10-31T16:03:00Z"),
        ("2026年11月1日 08:03", "2026-11-01T00:03:00Z"),
        ("2026年11月1日 8时3分", "2026-11-01T00:03:00Z"),
        ("2026-11-01 08\uff1a03", "2026-11-01T00:03:00Z"),
        ("2026-11-11", "2026-11-10T16:00:00Z"),
        ("2026-11-11T00:03:12+00:00", "2026-11-11T00:03:12Z"),
        ("2026-11-11 00:03:12 +0800", "2026-11-10T16:03:12Z"),
        ("1794355392", "2026-11-11T00:03:12Z"),
        ("1794355392000", "2026-11-11T00:03:12Z"),
        ("20261111000312", "2026-11-10T16:03:12Z"),
        ("'2026-11-11 00:03:12\t", "2026-11-10T16:03:12Z"),
        ("0000-00-00 00:00:00", None),
        ("-", None),
    ],
)
def test_times_are_read_in_the_zone_of_the_shop(cell: str, value: str | None) -> None:
    assert cells.read_time(cell, SHANGHAI) == value


def test_an_unclear_order_of_day_and_month_needs_a_format() -> None:
    with pytest.raises(cells.BadCell):
        cells.read_time("11/12/2026 08:00", SHANGHAI)
    found = cells.read_time("11/12/2026 08:00", SHANGHAI, "%d/%m/%Y %H:%M")
    assert found == "2026-12-11T00:00:00Z"


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("买家已付款\uff0c等待卖家发货", "paid"),
        ("买家已付款,等待卖家发货", "paid"),
        ("交易成功", "completed"),
        ("In Transit", "shipped"),
        ("PAID", "paid"),
        ("Partially Refunded", "paid"),
        ("改约", "closed"),
    ],
)
def test_statuses_are_known_in_two_languages_and_the_mappings_own(word: str, status: str) -> None:
    assert cells.read_status(word, {"改约": "closed"}) == status


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("13800000001", "+8613800000001"),
        ("+86 138-0000-0001", "+8613800000001"),
        ("8613800000001", "+8613800000001"),
        ("+1 (650) 555-0100", "+16505550100"),
        ("138****0001", None),
        ("0571-88880000", None),
        ("", None),
    ],
)
def test_only_a_whole_mobile_number_is_an_identity(written: str, phone: str | None) -> None:
    assert cells.read_phone(written) == phone


def test_each_step_of_the_past_can_be_an_event() -> None:
    columns = {"external_id": "no", "created_at": "a", "paid_at": "b", "completed_at": "c"}
    given = mapping({**columns, "amount": "x"}, events="each")
    raw = b"no,a,b,c,x\nA1,2026-11-01,2026-11-02,2026-11-09,5\nA2,2026-11-01,,,5\n"
    events, _, sums = read(raw, given)
    assert [(event.subject, event.type) for event in events] == [
        ("A1", "order.created"),
        ("A1", "order.paid"),
        ("A1", "order.completed"),
        ("A2", "order.created"),
    ]
    first = events[0].data["order"]
    assert (first["status"], "paid_at" in first, "completed_at" in first) == (
        "created",
        False,
        False,
    )
    assert [event.time for event in events[:3]] == sorted(event.time for event in events[:3])
    assert (sums.orders, sums.amounts["CNY"]) == (2, Decimal("10.00"))


def test_own_fields_identities_and_fees_find_their_place() -> None:
    also = [
        {"to": "fields.导购", "column": "guide"},
        {"to": "identity.member_id", "column": "member"},
        {"to": "identity.phone", "column": "phone"},
        {"to": "fee.platform_commission", "column": "fee"},
        {"to": "adjustment.platform_coupon", "column": "coupon", "join": "sum"},
        {"to": "line.is_gift", "column": "gift"},
        {"to": "kind", "column": "kind"},
    ]
    head = HEADER + ",guide,member,phone,fee,coupon,gift,kind\n"
    row = GOOD + ",秦晴,M7,138****0001,-1.50,{},{},预售\n"
    raw = head + row.format("5", "否") + row.format("2.5", "是")
    (event,), errors, _ = read(raw.encode(), mapping(also=also))
    order = event.data["order"]
    assert errors == []
    assert order["fields"] == {"导购": "秦晴"}
    assert order["identities"] == [{"kind": "member_id", "value": "M7"}]
    assert order["fees"] == [{"type": "platform_commission", "amount": "1.50"}]
    assert order["adjustments"] == [
        {"type": "platform_coupon", "amount": "7.50", "bearer": "platform"}
    ]
    assert [line["is_gift"] for line in order["lines"]] == [False, True]
    assert order["kind"] == "presale"


@pytest.mark.parametrize(
    "given",
    [
        {"columns": []},
        {"columns": [{"to": "amount", "column": "x"}]},
        {"columns": [{"to": "external_id", "column": "x"}, {"to": "external_id", "column": "y"}]},
        {"columns": [{"to": "external_id", "column": "x"}, {"to": "nothing", "column": "y"}]},
        {"columns": [{"to": "external_id", "column": "x", "join": "sum"}]},
        {"columns": [{"to": "external_id", "column": "x"}], "zone": "Mars/Olympus"},
        {"columns": [{"to": "external_id", "column": "x"}], "statuses": {"a": "b"}},
    ],
)
def test_a_mapping_that_cannot_work_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        OrderMapping.model_validate(given)


def test_nothing_is_suggested_for_names_nobody_knows() -> None:
    assert suggest_columns(["甲", "乙"]) == ()
    with pytest.raises(InvalidInput):
        suggest_mapping(["甲", "商品名称"])
    known = {
        column.to: column.column
        for column in suggest_columns(["Order ID", "金额(元)", "实付金额(元)"])
    }
    assert known == {"external_id": "Order ID", "amount": "实付金额(元)"}


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
