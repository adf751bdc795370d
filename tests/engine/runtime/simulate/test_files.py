"""Files of events as people send them: other encodings, broken lines, one event over many lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.core.errors import InvalidInput
from engine.runtime.world import World
from tests.engine.runtime.conftest import order_event
from tests.engine.runtime.simulate.test_money import PLAIN, given, tried


def placed(number: str) -> dict[str, Any]:
    """A paid order of a shop with a Chinese name."""
    event = given(order_event(number))
    return {**event, "data": {"order": {**event["data"]["order"], "shop": "小程序商城"}}}


EVENTS = [placed(str(number)) for number in range(3)]
LINES = [json.dumps(one, ensure_ascii=False) for one in EVENTS]
TABLE = "订单号,状态,金额,下单时间\n" + "".join(
    f"A{number},已付款,{number}.50,2026-03-08 20:00:05\n" for number in range(40)
)
MAPPING = {
    "platform": "own",
    "shop": "s",
    "columns": [
        {"to": "external_id", "column": "订单号"},
        {"to": "status", "column": "状态"},
        {"to": "amount", "column": "金额"},
        {"to": "created_at", "column": "下单时间"},
    ],
}


def read(world: World, folder: Path, raw: bytes, **file: Any) -> dict[str, Any]:
    path = folder / "events"
    path.write_bytes(raw)
    found: dict[str, Any] = tried(world, PLAIN, file={"path": str(path), **file})["events"]
    return found


def test_events_are_read_in_whatever_they_are_written(world: World, tmp_path: Path) -> None:
    lines, whole = "\n".join(LINES), json.dumps(EVENTS, indent=1, ensure_ascii=False)
    for raw in (
        lines.encode(),
        b"\xef\xbb\xbf" + lines.encode(),
        lines.replace("\n", "\r\n").encode(),
        lines.encode("gbk"),
        lines.encode("utf-16"),
        whole.encode("gb18030"),
        b"\xef\xbb\xbf" + whole.encode(),
    ):
        found = read(world, tmp_path, raw)
        assert (found["used"], found["bad"]) == (3, [])
    one = read(world, tmp_path, json.dumps(EVENTS[0], indent=2).encode())
    assert (one["used"], one["bad"]) == (1, [])


def test_bad_lines_are_named_and_do_not_stop_the_rest(world: World, tmp_path: Path) -> None:
    number = json.dumps(EVENTS[0]).replace('"620.00"', "9" * 1_000_000)
    raw = b"\n".join(
        [
            LINES[0].encode(),
            LINES[1].encode()[:60],
            LINES[1].encode().replace("小".encode(), b"\xff"),
            b"\0" * 500,
            number.encode(),
            b"[" * 100_000,
            b'"text"',
            LINES[1].replace("小", r"\u0000").encode(),
            LINES[1]
            .replace('"order": {', '"order": {"fields": ' + "[" * 30 + "]" * 30 + ",")
            .encode(),
            LINES[1].replace("小", r"\\u0000").encode(),  # six letters, no character U+0000
            LINES[2].encode(),
            LINES[0].encode(),
        ]
    )
    found = read(world, tmp_path, raw)
    assert found["used"] == 3
    assert [bad["line"] for bad in found["bad"]] == [2, 3, 4, 5, 6, 7, 8, 9, 12]
    assert "编码" in found["bad"][1]["reason"]["zh"]
    assert ["U+0000" in bad["reason"]["zh"] for bad in found["bad"][6:8]] == [True, False]
    assert "层" in found["bad"][7]["reason"]["zh"]
    assert "第 1 行" in found["bad"][-1]["reason"]["zh"]  # it stands there already


def test_a_table_with_a_few_broken_bytes_loses_only_their_rows(
    world: World, tmp_path: Path
) -> None:
    raw = TABLE.encode() + b"B1,\xff\xfe,1.00,2026-03-08 20:00:05\n"
    found = read(world, tmp_path, raw, format="csv", mapping=MAPPING)
    assert (found["used"], [bad["line"] for bad in found["bad"]]) == (40, [42])
    assert read(world, tmp_path, TABLE.encode("gbk"), format="csv", mapping=MAPPING)["used"] == 40


@pytest.mark.parametrize("year", ["1026", "3026"])
def test_a_time_no_clock_can_be_put_to_is_a_bad_line(
    world: World, tmp_path: Path, year: str
) -> None:
    line = LINES[1].replace(EVENTS[1]["time"], EVENTS[1]["time"].replace("2026", year, 1))
    found = read(world, tmp_path, "\n".join([LINES[0], line, LINES[2]]).encode())
    assert found["used"] == 2
    assert [(bad["line"], bad["path"]) for bad in found["bad"]] == [(2, "/time")]
    assert "1970" in found["bad"][0]["reason"]["zh"]


def test_a_field_written_wrong_is_told_with_the_one_it_is_like(
    world: World, tmp_path: Path
) -> None:
    line = LINES[1].replace('"amount"', '"amuont"', 1)
    found = read(world, tmp_path, line.encode())
    said = {bad["path"]: bad["reason"] for bad in found["bad"]}
    reason = said["/data/order/amuont"]
    assert reason["zh"].endswith("，是否想写“amount”？")
    assert reason["en"].endswith('did you mean "amount"?')


def test_what_cannot_be_read_at_all_says_why(world: World, tmp_path: Path) -> None:
    for raw, why in (
        (b" \n", "空"),
        (b"\xef\xbb\xbf", "空"),
        (b'[{"a": 1},\n{', "第 2 行"),
        (b"PK\x03\x04[Content_Types].xml", "Excel"),
    ):
        with pytest.raises(InvalidInput) as refused:
            read(world, tmp_path, raw)
        said = [refused.value.message, *(one.message for one in refused.value.problems)]
        assert why in "".join(one["zh"] for one in said)
