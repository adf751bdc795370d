"""A mapping tried on a real record: what would be taken, what refused, and nothing stored."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

from engine.runtime.world import World
from engine.store import events as event_store
from tests.api.conftest import TENANT, Client

FILE = (
    "订单编号,订单状态,实付金额,下单时间,商品名称,数量,单价\n"
    "A1,已付款,30.00,2026-11-11 00:00:05,面膜,1,30.00\n"
    "A2,已付款,三十,2026-11-11 00:01:05,面膜,1,30.00\n"
)


def send(client: Client, raw: bytes, mapping: Any = None) -> Any:
    data: dict[str, Any] = {"file": (io.BytesIO(raw), "orders.csv")}
    if mapping is not None:
        data["mapping"] = mapping if isinstance(mapping, str) else json.dumps(mapping)
    return client.post("/api/v1/mapping/file", data=data, content_type="multipart/form-data")


def test_a_file_suggests_its_own_mapping(admin: Client) -> None:
    for raw in (FILE.encode(), FILE.encode("gb18030"), b"\xef\xbb\xbf" + FILE.encode()):
        found = send(admin, raw).json
        assert found["columns"][:3] == ["订单编号", "订单状态", "实付金额"]
        assert found["rows"][0][0] == "A1"
        named = {one["to"]: one["column"] for one in found["suggested"]["columns"]}
        assert (named["external_id"], named["amount"]) == ("订单编号", "实付金额")
        assert found["taken"] == []


def test_the_first_orders_are_shown_and_bad_rows_named(world: World, admin: Client) -> None:
    mapping = send(admin, FILE.encode()).json["suggested"]

    found = send(admin, FILE.encode(), mapping).json

    (order,) = found["taken"]
    assert order["type"] == "order.paid"
    assert order["data"]["order"]["amount"] == "30.00"
    (refused,) = found["refused"]
    assert (refused["line"], refused["column"]) == (3, "实付金额")
    assert "三十" in refused["reason"]["zh"]
    with world.db.reading() as conn:
        assert event_store.list_events(conn, TENANT) == []


def test_a_mapping_that_is_wrong_says_where(admin: Client) -> None:
    for mapping, path in (
        ({"columns": [{"to": "nothing", "column": "x"}]}, "/mapping/columns/0/to"),
        ({"columns": []}, "/mapping/columns"),
        ("[]", "/mapping"),
    ):
        found = send(admin, FILE.encode(), mapping)
        assert found.status_code == 422
        assert found.json["problems"][0]["path"] == path
    assert send(admin, FILE.encode(), "{").status_code in (400, 422)


def test_what_is_no_table_is_no_fault_of_ours(admin: Client) -> None:
    for raw in (b"\0\0\0", b"\xff\xfe", b'"never closed,\n', b"x" * 70_000):
        found = send(admin, raw)
        assert found.status_code == 200
        assert found.json["suggested"] is None
    no_file = admin.post(
        "/api/v1/mapping/file", data={"x": "1"}, content_type="multipart/form-data"
    )
    assert no_file.status_code == 422


def record(client: Client, mapping: dict[str, Any], body: Any) -> Any:
    return client.post("/api/v1/mapping/record", {"mapping": mapping, "body": body})


def test_a_pushed_record_becomes_an_event(admin: Client) -> None:
    mapping = {
        "records": "/trades",
        "id": "/tid",
        "type": "/status",
        "types": {"PAID": "order.paid"},
        "fields": [{"to": "trade.payment", "at": "/payment", "kind": "money"}],
    }
    body = {"trades": [{"tid": "1", "status": "PAID", "payment": "9.9"}, {"status": "PAID"}]}

    found = record(admin, mapping, body)

    assert found.status_code == 200, found.json
    shown = [*found.json["taken"], *found.json["refused"]]
    assert len(shown) == 2
    assert [one["line"] for one in found.json["refused"]][-1] == 2


def test_a_body_without_records_is_told(admin: Client) -> None:
    assert record(admin, {"id": "/tid", "records": "/none"}, {"a": 1}).status_code == 422
    assert record(admin, {"id": "tid"}, {}).json["problems"][0]["path"] == "/mapping/id"


def test_who_sets_up_no_connections_tries_no_mapping(client_as: Callable[..., Client]) -> None:
    viewer = client_as("viewer")
    assert send(viewer, FILE.encode()).status_code == 403
    assert record(viewer, {"id": "/a"}, {}).status_code == 403
