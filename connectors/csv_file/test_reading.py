"""Bad rows are named and stop nothing; hostile files are refused; memory stays bounded."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.csv_file.conftest import GOOD, HEADER, mapping, read
from connectors.csv_file.reading import OPEN, LineError, read_orders
from connectors.csv_file.table import find_encoding
from engine.core.errors import InvalidInput
from engine.core.event import Event


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


@pytest.mark.parametrize(
    ("said", "encoding"),
    [
        ("大单客户要发票", "gb18030"),  # as many of its bytes read as UTF-8 as do not
        ("抖音，要发票", "gb18030"),
        ("São Paulo", "utf-8-sig"),
    ],
)
def test_a_few_words_say_their_encoding(said: str, encoding: str) -> None:
    assert find_encoding(f'{{"note": "{said}"}}'.encode(encoding)) == encoding


def test_a_broken_byte_does_not_make_another_encoding_of_a_text() -> None:
    for said in ("大单客户要发票", "São Paulo, Estação"):
        assert find_encoding(said.encode() + b"\xff" + said.encode()) == "utf-8-sig"


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
