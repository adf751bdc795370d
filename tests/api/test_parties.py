"""Parties over HTTP: bank data, and whose rows somebody sees."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.api.conftest import Client
from tests.api.settling import (
    BASE,
    party,
)


@pytest.fixture
def maker(client_as: Callable[..., Client]) -> Client:
    return client_as("admin", second_factor=True)


def test_bank_data_needs_a_second_person_and_is_never_shown(admin: Client, maker: Client) -> None:
    lin = party(maker, "林晚秋", "d1001")
    bank = {"holder": "林晚秋", "bank": "某某银行", "number": "6222 0000 0000 1234"}
    made = maker.post(f"/api/v1/parties/{lin}/bank", bank)
    assert made.json["waits_for_bank"] is True
    assert maker.post(f"/api/v1/parties/{lin}/bank/approve").json["code"] == "own_work"
    done = admin.post(f"/api/v1/parties/{lin}/bank/approve")
    assert (done.json["has_bank"], done.json["waits_for_bank"]) == (True, False)
    assert done.json["bank_changed_at"] is not None
    assert "1234" not in str({**done.json, "id": "has any digits"})


def test_parties_hang_on_the_org_tree(
    admin: Client, maker: Client, client_as: Callable[..., Client]
) -> None:
    root = admin.get("/api/v1/org-units").json["items"][0]["id"]
    units = [
        admin.post("/api/v1/org-units", {"kind": "store", "name": name, "parent_id": root}).json[
            "id"
        ]
        for name in ("西湖店", "滨江店")
    ]
    lin = party(maker, "林晚秋", "d1001", org_unit_id=units[0])
    zhou = party(maker, "周知夏", "d1002", org_unit_id=units[1])
    local = client_as("finance", unit=units[0])
    assert [one["id"] for one in local.get("/api/v1/parties").json["items"]] == [lin]
    assert local.get(f"/api/v1/parties/{zhou}").status_code == 404
    assert local.get(f"{BASE}/entries?party={zhou}").status_code == 404
    assert local.get(f"{BASE}/entries").status_code == 422
    assert local.get(f"{BASE}/entries?party={lin}").status_code == 200
