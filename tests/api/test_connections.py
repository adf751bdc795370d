"""Connections over HTTP, files of orders and the jobs that read them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.core.ids import new_id
from engine.runtime.hooks import keep_for_review
from engine.runtime.jobs import drain_jobs
from engine.runtime.world import World
from engine.settings import Settings
from engine.store import events as event_store
from tests.api.conftest import START, TENANT, Client
from tests.api.helpers import cloud_event, paths, second_tenant
from tests.api.test_hooks import connect

SECRET = "0123456789abcdef-webhook"
MAPPING = {
    "columns": [
        {"to": "external_id", "column": "订单号"},
        {"to": "amount", "column": "实付"},
        {"to": "created_at", "column": "下单时间"},
        {"to": "paid_at", "column": "付款时间"},
        {"to": "identity.phone", "column": "手机"},
    ],
    "platform": "own",
    "shop": "禾苗旗舰店",
}
HOOK = {
    "key": "erp",
    "connector": "webhook",
    "name": "ERP",
    "credentials": {"secret": SECRET},
}
FILE = {"key": "files", "connector": "csv_file", "name": "订单", "settings": {"mapping": MAPPING}}


def test_a_secret_goes_in_and_never_comes_out(admin: Client) -> None:
    made = admin.post("/api/v1/connections", HOOK)
    assert made.status_code == 201, made.json
    assert made.json["credentials"] == {"secret": "set", "old_secret": None}
    assert made.json["hook"] == "http://localhost/hooks/webhook/erp"
    every = admin.get("/api/v1/connections").get_data(as_text=True)
    assert SECRET not in every
    tag = made.headers["ETag"]
    path = "/api/v1/connections/erp"
    kept = admin.put(
        f"{path}/credentials", {"credentials": {"secret": None}}, headers={"If-Match": tag}
    )
    assert kept.json["credentials"]["secret"] == "set"
    stale = admin.put(f"{path}/credentials", {"credentials": {}}, headers={"If-Match": tag})
    assert stale.status_code == 412
    short = admin.put(
        f"{path}/credentials", {"credentials": {"secret": "x"}}, headers={"If-Match": "*"}
    )
    assert (short.status_code, paths(short)) == (422, ["/credentials/secret"])
    assert "x" not in [one["message"] for one in short.json["problems"]]


def test_a_connection_is_changed_paused_and_removed(admin: Client) -> None:
    admin.post("/api/v1/connections", HOOK)
    assert admin.post("/api/v1/connections", HOOK).status_code == 409
    path, star = "/api/v1/connections/erp", {"If-Match": "*"}
    changed = admin.put(path, {"name": "新 ERP", "rate": 5}, headers=star)
    assert (changed.json["name"], changed.json["rate"]) == ("新 ERP", 5)
    wrong = admin.put(path, {"name": "x", "settings": {"url": "ftp://x"}}, headers=star)
    assert (wrong.status_code, paths(wrong)) == (422, ["/settings/url"])
    backup = admin.put(path, {"name": "x", "backup": "none"}, headers=star)
    assert paths(backup) == ["/backup"]
    assert admin.post(f"{path}/pause", headers=star).json["status"] == "paused"
    assert admin.get(f"{path}/health").json["state"] == "paused"
    assert admin.post(f"{path}/resume", headers=star).json["status"] == "active"
    assert admin.get(f"{path}/health").json["state"] == "unused"
    assert admin.delete(path, headers=star).status_code == 204
    assert admin.get(path).status_code == 404
    assert admin.post("/api/v1/connections", HOOK).status_code == 201


@pytest.mark.parametrize(
    ("connector", "part", "value", "said"),
    [
        ("http", "credentials", {"kind": "bearer"}, "这种验证方式必须填写“令牌或密钥”"),
        ("http", "settings", {"base_url": "ftp://x"}, "格式不符合要求"),
        ("smtp", "settings", {"host": "m.cn", "sender": "nobody"}, "不是邮箱地址"),
        ("smtp", "settings", {"host": "m.cn", "sender": "a@b.cn", "port": -1}, "不能小于 0"),
        ("webhook", "credentials", {"secret": "whsec_YWJj" + "A" * 8}, "至少 16 个字符"),
    ],
)
def test_what_is_wrong_with_a_form_is_said_in_chinese(
    admin: Client, connector: str, part: str, value: dict[str, object], said: str
) -> None:
    body = {"key": "new", "connector": connector, "name": "x", part: value}
    found = admin.post("/api/v1/connections", body)
    assert found.status_code == 422
    assert said in " ".join(one["message_zh"] for one in found.json["problems"])


def test_stored_secrets_never_go_to_another_address(admin: Client) -> None:
    """Who may change a connection but not see its secrets could have them sent to their own."""
    home, other = "https://erp.example.com", "https://elsewhere.example.org"
    made = {
        "key": "api",
        "connector": "http",
        "name": "API",
        "credentials": {"kind": "bearer", "token": "a-stored-token"},
        "settings": {"base_url": home, "test_path": "/a"},
    }
    assert admin.post("/api/v1/connections", made).status_code == 201
    path, star = "/api/v1/connections/api", {"If-Match": "*"}

    renamed = admin.put(
        path, {"name": "ERP", "settings": {"base_url": home, "test_path": "/b"}}, headers=star
    )
    assert (renamed.status_code, renamed.json["credentials"]["token"]) == (200, "set")
    moved = {"base_url": other, "test_path": "/b"}
    refused = admin.put(path, {"name": "ERP", "settings": moved}, headers=star)
    assert (refused.status_code, paths(refused)) == (422, ["/settings/base_url"])
    assert refused.json["problems"][0]["code"] == "credentials_again"

    kept = {"credentials": {"kind": "bearer", "token": None}, "settings": moved}
    without = admin.put(f"{path}/credentials", kept, headers=star)
    assert (without.status_code, admin.get(path).json["settings"]["base_url"]) == (422, home)
    kept["credentials"] = {"kind": "bearer", "token": "a-fresh-token"}
    anew = admin.put(f"{path}/credentials", kept, headers=star)
    assert (anew.status_code, anew.json["settings"]["base_url"]) == (200, other)


def test_an_address_changes_freely_while_there_are_no_secrets(admin: Client) -> None:
    made = {"key": "api", "connector": "http", "name": "API", "credentials": {"kind": "none"}}
    assert admin.post("/api/v1/connections", made).status_code == 201
    body = {"name": "API", "settings": {"base_url": "https://erp.example.com"}}
    moved = admin.put("/api/v1/connections/api", body, headers={"If-Match": "*"})
    assert moved.json["settings"]["base_url"] == "https://erp.example.com"


def test_connectors_bring_their_forms(admin: Client) -> None:
    items = {one["type"]: one for one in admin.get("/api/v1/connectors").json["items"]}
    secret = items["webhook"]["credentials"]["properties"]["secret"]
    assert (secret["writeOnly"], secret["title"]) == (True, "Signing secret")
    assert admin.get("/api/v1/connectors/none").status_code == 404


def test_a_connection_is_tried(admin: Client) -> None:
    admin.post("/api/v1/connections", FILE)
    found = admin.post("/api/v1/connections/files/test")
    assert "5 columns" in found.json["message"]
    assert admin.get("/api/v1/connections/files/health").json["state"] == "ok"


def test_credentials_are_a_key_act(client_as: Callable[..., Client], world: World) -> None:
    plain = client_as("operations")
    refused = plain.post("/api/v1/connections", HOOK)
    assert refused.json["code"] == "second_factor_missing"
    assert client_as("viewer").get("/api/v1/connections").status_code == 200
    assert client_as("viewer").post("/api/v1/connections", HOOK).status_code == 403
    connect(world, second_tenant(world))
    assert plain.get("/api/v1/connections/erp").status_code == 404


def test_a_record_is_put_right(admin: Client, world: World) -> None:
    admin.post("/api/v1/connections", HOOK)
    bad = [{"reason": {"zh": "看不懂", "en": "not understood"}, "record": {"secret": "s", "n": n}}
           for n in range(2)]  # fmt: skip
    keep_for_review(world, TENANT, "erp", bad, "review")
    path = "/api/v1/connections/erp/review"
    one, two = admin.get(path).json["items"]
    assert "s" not in one["record"]["secret"]
    wrong = admin.post(f"{path}/{one['id']}/replay", {"event": {"type": "order.paid"}})
    assert wrong.status_code == 422
    fixed = admin.post(f"{path}/{one['id']}/replay", {"event": cloud_event("1")})
    assert fixed.json["event"]["source"] == "/connections/erp/review"
    assert admin.post(f"{path}/{two['id']}/close").status_code == 204
    assert admin.post(f"{path}/{two['id']}/close").status_code == 409
    assert admin.get(path).json["items"] == []
    gone = new_id("rev", START)
    assert admin.post(f"{path}/{gone}/close").status_code == 404


# -- files -----------------------------------------------------------------------------------------

ROWS = """订单号,实付,下单时间,付款时间,手机
A1,158.80,2026-11-10 10:00:00,2026-11-10 10:03:00,13900001111
A2,很多,2026-11-10 11:00:00,2026-11-10 11:03:00,13900002222
A3,20.00,2026-11-10 12:00:00,2026-11-10 12:03:00,13900003333
"""


def upload(client: Client, content: str, key: str = "files") -> Any:
    return client.post(
        f"/api/v1/connections/{key}/import",
        data={"file": (io.BytesIO(content.encode()), "orders.csv")},
        content_type="multipart/form-data",
    )


def test_a_file_is_imported_as_a_job(admin: Client, world: World, settings: Settings) -> None:
    admin.post("/api/v1/connections", FILE)
    asked = upload(admin, ROWS)
    assert asked.status_code == 202, asked.json
    path = asked.headers["Location"]
    assert admin.get(path).json["status"] == "queued"
    drain_jobs(world, "test")
    job = admin.get(path).json
    assert job["status"] == "succeeded", job
    result = job["result"]
    assert (result["orders"], result["refused_orders"], result["new_events"]) == (2, 1, 2)
    assert [(one["line"], one["column"]) for one in result["errors"]] == [(3, "实付")]
    assert list((Path(settings.data_dir) / "uploads").iterdir()) == []
    live = admin.get(f"{path}/live")
    assert live.mimetype == "text/event-stream"
    assert b"event: end" in live.get_data()
    assert admin.post(f"{path}/cancel").status_code == 409
    assert [one["id"] for one in admin.get("/api/v1/jobs").json["items"]] == [job["id"]]


def test_what_was_imported_goes_out_again(admin: Client, world: World) -> None:
    admin.post("/api/v1/connections", FILE)
    plain = admin.post("/api/v1/connections/files/import", data=ROWS, content_type="text/csv")
    assert plain.status_code == 202
    drain_jobs(world, "test")
    found = admin.get("/api/v1/connections/files/export")
    assert found.mimetype == "text/csv"
    lines = found.get_data().decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert {line.split(",")[0] for line in lines[1:]} == {"A1", "A3"}


def test_a_file_that_is_none(admin: Client, world: World, settings: Settings) -> None:
    admin.post("/api/v1/connections", HOOK)
    admin.post("/api/v1/connections", FILE)
    assert upload(admin, ROWS, "erp").status_code == 409
    assert paths(upload(admin, "")) == ["/file"]
    missing = admin.post(
        "/api/v1/connections/files/import", data={"x": "1"}, content_type="multipart/form-data"
    )
    assert (missing.status_code, paths(missing)) == (422, ["/file"])
    asked = upload(admin, "a,b\n1,2\n")
    drain_jobs(world, "test")
    job = admin.get(asked.headers["Location"]).json
    assert (job["status"], job["error"]["code"]) == ("failed", "invalid")
    with world.db.reading() as conn:
        assert event_store.list_events(conn, TENANT) == []
    assert list((Path(settings.data_dir) / "uploads").iterdir()) == []


def test_a_job_is_stopped_and_is_ones_own(admin: Client, client_as: Callable[..., Client]) -> None:
    admin.post("/api/v1/connections", FILE)
    path = upload(admin, ROWS).headers["Location"]
    other = client_as("agent")
    assert other.get(path).status_code == 404
    assert other.get("/api/v1/jobs?everybody=true").status_code == 403
    assert client_as("developer").get(path).status_code == 200
    assert admin.post(f"{path}/cancel").json["status"] == "cancelled"
    assert upload(client_as("viewer"), ROWS).status_code == 403
