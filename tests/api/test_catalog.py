"""The catalogue and the schemas, as the designer gets them."""

from __future__ import annotations

from collections.abc import Callable

from jsonschema import Draft202012Validator

from tests.api.conftest import Client
from tests.api.helpers import vip
from tests.api.one_database import store_url  # noqa: F401


def test_the_catalogue_speaks_the_readers_language(admin: Client) -> None:
    zh = admin.get("/api/v1/catalog", headers={"Accept-Language": "zh-CN"}).json
    en = admin.get("/api/v1/catalog?locale=en", headers={"Accept-Language": "zh-CN"}).json
    nodes = {node["type"]: node for node in zh["nodes"]}
    assert nodes["webhook"]["label"] == "Webhook 回调"
    assert nodes["webhook"]["icon"].startswith("<svg")
    assert nodes["webhook"]["starts"] == "webhook"
    assert "# Webhook 回调" in nodes["webhook"]["help"]
    secret = nodes["webhook"]["config"]["properties"]["secret"]
    assert (secret["title"], secret["x-widget"]) == ("签名密钥", "secret")
    assert "x-title" not in secret
    english = {node["type"]: node for node in en["nodes"]}
    assert english["webhook"]["config"]["properties"]["secret"]["title"] == "Signing secret"
    assert english["webhook"]["help"].startswith("# When a webhook is called")
    assert english["webhook.send"]["connector"] == "webhook"
    assert {one["op"] for one in en["language"]["operators"]} >= {"eq", "in"}
    assert any(one["type"] == "order.paid" for one in en["event_types"])
    for node in en["nodes"]:
        Draft202012Validator.check_schema(node["config"])


def test_the_catalogue_is_kept_by_its_etag(admin: Client) -> None:
    first = admin.get("/api/v1/catalog")
    again = admin.get("/api/v1/catalog", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert admin.get("/api/v1/catalog?locale=fr").status_code == 422


def test_every_schema_listed_is_one(admin: Client) -> None:
    names = [one["name"] for one in admin.get("/api/v1/schemas").json["items"]]
    assert {"order", "order.paid", "flow"} <= set(names)
    for name in names:
        found = admin.get(f"/api/v1/schemas/{name}")
        assert found.status_code == 200, name
        Draft202012Validator.check_schema(found.json)
    assert admin.get("/api/v1/schemas/nothing").status_code == 404


def test_the_names_a_step_reads(admin: Client) -> None:
    found = admin.post("/api/v1/schemas/scope", {"document": vip(), "node": "a"})
    assert found.status_code == 200
    names = found.json["schema"]["properties"]
    assert {"event", "order", "customer", "params"} <= names.keys()
    missing = admin.post("/api/v1/schemas/scope", {"document": vip(), "node": "b"})
    assert missing.status_code == 404


def test_without_the_act_there_is_no_catalogue(client_as: Callable[..., Client]) -> None:
    assert client_as("agent").get("/api/v1/catalog").status_code == 403
