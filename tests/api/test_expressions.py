"""The preview of expressions over HTTP: values on a sample, permission, limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.api.conftest import Client
from tests.api.helpers import vip

PATH = "/api/v1/expressions/preview"


def asked(*items: dict[str, Any], **more: Any) -> dict[str, Any]:
    sample = {"order": {"amount": "620.00", "status": "paid"}, "customer": {"level": "gold"}}
    return {"document": vip(), "node": "a", "sample": sample, "items": list(items), **more}


def test_the_values_of_a_steps_texts_on_a_sample(admin: Client) -> None:
    rows = {"all": [{"field": "order.amount", "op": "gt", "value": "500"}]}
    body = asked(
        {"id": "/a", "kind": "expression", "value": "order.amount + 1"},
        {"id": "/b", "kind": "template", "value": "等级 {{ customer.level }}"},
        {"id": "/c", "kind": "condition", "value": rows},
        {"id": "/d", "kind": "expression", "value": "order.amount +"},
        {"id": "/e", "kind": "expression", "value": "$now"},
        now="2026-11-11T02:00:00Z",
    )
    found = {one["id"]: one for one in admin.post(PATH, json=body).json["items"]}
    assert (found["/a"]["said"], found["/a"]["kind"]) == ("621.00", "number")
    assert found["/b"]["said"] == "等级 gold"
    assert found["/c"]["holds"] is True
    assert [(row["path"], row["said"], row["holds"]) for row in found["/c"]["rows"]] == [
        ("/all/0", "620.00", True)
    ]
    assert found["/d"]["problem"]["at"] == 14
    assert "第 15 个字符" in found["/d"]["problem"]["message_zh"]
    assert found["/e"]["said"] == "2026-11-11T10:00:00+08:00"


def test_parameters_have_their_defaults_where_the_sample_names_none(admin: Client) -> None:
    params = {"type": "object", "properties": {"limit": {"type": "number", "default": 500}}}
    item = {"id": "", "kind": "condition", "value": "order.amount > params.limit"}
    body = asked(item, document={**vip(), "params": params})
    assert admin.post(PATH, json=body).json["items"][0]["holds"] is True


def test_a_step_that_is_not_there_is_not_found(admin: Client) -> None:
    item = {"id": "", "value": "1"}
    assert admin.post(PATH, json=asked(item, node="nobody")).status_code == 404
    assert admin.post(PATH, json=asked()).status_code == 422
    assert admin.post(PATH, json=asked(*[item] * 61)).status_code == 422


def test_who_may_not_see_flows_sees_no_values(
    anybody: Client, client_as: Callable[..., Client]
) -> None:
    item = {"id": "", "value": "1"}
    assert anybody.post(PATH, json=asked(item)).status_code == 401
    assert client_as("agent").post(PATH, json=asked(item)).status_code == 403
    assert client_as("viewer").post(PATH, json=asked(item)).status_code == 200


def test_a_sample_of_an_event_type_is_an_event_of_it(admin: Client) -> None:
    found = admin.get("/api/v1/schemas/order.paid/sample").json
    assert found["type"] == "order.paid"
    assert found["data"]["order"]["identities"]
    assert admin.get("/api/v1/schemas/nothing/sample").status_code == 404
