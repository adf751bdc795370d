"""Publishing is held up by money that differs, and by nothing that was never saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.runtime.jobs import drain_jobs
from engine.runtime.principal import system
from engine.runtime.settling.parties import create_party
from engine.runtime.world import World
from tests.api.conftest import TENANT, Client
from tests.api.helpers import PAID, cloud_event, flow, live, tag

URL = "/api/v1/flows/gives"
STAR = {"If-Match": "*"}


def gives(party: str, amount: str) -> dict[str, Any]:
    """A flow that gives a party an amount for each order."""
    post = {
        "id": "post",
        "type": "post_entries",
        "config": {
            "parts": "params.parts",
            "term": "service",
            "order": "{{ order.platform }}/{{ order.shop }}/{{ order.external_id }}",
        },
    }
    parts = [{"party": party, "amount": amount}]
    params = {
        "type": "object",
        "properties": {"parts": {"type": "array", "title": "各方", "default": parts}},
    }
    return flow("gives", [PAID, post], ["t>post"], params=params)


def lin(world: World) -> str:
    made = create_party(world, system(TENANT), {"kind": "creator", "name": "lin"})
    return str(made.id)


def save(admin: Client, document: dict[str, Any]) -> None:
    done = admin.put(f"{URL}/draft", document, headers=STAR)
    assert done.status_code == 200, done.get_data(as_text=True)


def ask(admin: Client, **rules: Any) -> None:
    done = admin.put(f"{URL}/publish-rules", rules, headers=STAR)
    assert done.status_code == 200, done.get_data(as_text=True)


def tried(world: World, client: Client, **body: Any) -> dict[str, Any]:
    """A test run of three orders, from its start to its report."""
    events = [cloud_event(str(number)) for number in range(1, 4)]
    started = client.post("/api/v1/simulations", {"flow": "gives", "events": events, **body})
    assert started.status_code == 202, started.get_data(as_text=True)
    drain_jobs(world, "test")
    found = client.get(started.headers["Location"]).json
    assert found["status"] == "succeeded", found["error"]
    return found


def published(admin: Client) -> tuple[int, list[str]]:
    told = admin.post(f"{URL}/publish", {"note": ""}, headers=STAR)
    return told.status_code, [one["code"] for one in (told.json.get("problems") or ())]


def test_a_draft_that_pays_more_waits_until_its_owner_has_agreed(
    world: World, admin: Client, client_as: Callable[..., Client]
) -> None:
    party = lin(world)
    live(world, gives(party, "5.00"))
    save(admin, gives(party, "7.50"))
    ask(admin, money_limit="7.49")
    found = tried(world, admin, against="live")
    money = found["report"]["comparison"]["money"]
    assert (money["difference"], money["different"], money["agreed_by"]) == ("7.50", 3, None)
    assert published(admin) == (409, ["money"])
    path = f"/api/v1/simulations/{found['id']}/agree"
    assert client_as("business", second_factor=True).post(path, {}).status_code == 403
    assert published(admin) == (409, ["money"])
    owner = client_as("finance", second_factor=True)
    assert owner.post(path, {}).status_code == 200
    assert admin.get(f"{URL}/gate").json["money"]["agreed_by"] == owner.user_id
    assert published(admin)[0] in (200, 201)


def test_a_difference_up_to_the_limit_needs_nobodys_yes(world: World, admin: Client) -> None:
    party = lin(world)
    live(world, gives(party, "5.00"))
    save(admin, gives(party, "7.50"))
    ask(admin, money_limit="7.50")
    tried(world, admin, against="live")
    assert published(admin)[0] in (200, 201)


def test_the_yes_is_to_one_draft_and_not_to_the_next(
    world: World, admin: Client, client_as: Callable[..., Client]
) -> None:
    party = lin(world)
    live(world, gives(party, "5.00"))
    save(admin, gives(party, "7.50"))
    ask(admin, money_limit="1")
    found = tried(world, admin, against="live")
    path = f"/api/v1/simulations/{found['id']}/agree"
    assert client_as("finance", second_factor=True).post(path, {}).status_code == 200
    save(admin, gives(party, "50.00"))
    tried(world, admin, against="live")
    assert published(admin) == (409, ["money"])


def test_a_draft_beside_itself_does_not_hide_what_it_pays_more(world: World, admin: Client) -> None:
    party = lin(world)
    live(world, gives(party, "5.00"))
    save(admin, gives(party, "7.50"))
    ask(admin, money_limit="1")
    tried(world, admin, against="live")
    assert tried(world, admin, against="draft")["report"]["comparison"]["money"]
    assert published(admin) == (409, ["money"])


def test_a_document_that_was_never_saved_counts_for_nothing(world: World, admin: Client) -> None:
    live(world, gives(lin(world), "5.00"))
    save(admin, flow("gives", [PAID, tag("a"), tag("b")], ["t>a", "a>b"]))
    ask(admin, coverage=100)
    # It has lines of the same names, and takes them all.
    other = flow("gives", [PAID, tag("a"), tag("c")], ["t>a", "a>c"])
    found = tried(world, admin, document=other)
    assert (found["which"], found["revision"]) == ("draft", None)
    assert published(admin) == (409, ["coverage"])


def test_a_document_that_is_the_saved_draft_counts_as_the_draft(
    world: World, admin: Client
) -> None:
    live(world, gives(lin(world), "5.00"))
    draft = flow("gives", [PAID, tag("a"), tag("b")], ["t>a", "a>b"])
    save(admin, draft)
    ask(admin, coverage=100)
    revision = admin.get(URL).json["revision"]
    # Defaults written out make no other document.
    same = {**draft, "description": "", "cases": []}
    assert tried(world, admin, document=same)["revision"] == revision
    assert published(admin)[0] in (200, 201)


def test_a_limit_asks_for_a_comparison_with_what_is_live(world: World, admin: Client) -> None:
    party = lin(world)
    admin.post("/api/v1/flows", gives(party, "5.00"))
    ask(admin, money_limit="1000")
    # Nothing is live yet, so there is nothing to differ from.
    assert published(admin)[0] in (200, 201)
    save(admin, gives(party, "7.50"))
    assert published(admin) == (409, ["money_not_compared"])
    tried(world, admin)
    tried(world, admin, against="live", events=[{**cloud_event("1"), "type": "order.closed"}])
    assert published(admin) == (409, ["money_not_compared"])
    tried(world, admin, against="live")
    assert published(admin)[0] in (200, 201)


def test_a_smaller_comparison_later_takes_nothing_back(world: World, admin: Client) -> None:
    party = lin(world)
    live(world, gives(party, "5.00"))
    save(admin, gives(party, "7.50"))
    ask(admin, money_limit="5")
    large = tried(world, admin, against="live")
    tried(world, admin, against="live", events=[cloud_event("1")])
    assert published(admin) == (409, ["money"])
    money = admin.get(f"{URL}/gate").json["money"]
    assert (money["difference"], money["simulation"]) == ("7.50", large["id"])


def test_a_test_run_with_parameters_of_its_own_proves_nothing(world: World, admin: Client) -> None:
    party = lin(world)
    live(world, gives(party, "5.00"))
    save(admin, gives(party, "7.50"))
    ask(admin, money_limit="1")
    installed = {"parts": [{"party": party, "amount": "7.50"}]}
    other = {"parts": [{"party": party, "amount": "5.00"}]}
    assert tried(world, admin, against="live", params=other)["revision"] is None
    assert published(admin) == (409, ["money_not_compared"])
    assert tried(world, admin, params=installed)["revision"] is not None
