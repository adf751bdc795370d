"""Parties (合作方): creators, agencies, dealers, franchisees, providers, staff."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from flask import Response
from pydantic import Field, StringConstraints

from api import etags
from api.answers import answer, page
from api.context import caller, tenant, world
from api.org import UnitId
from api.pagination import Page, PageQuery, split, start
from api.resource import Model, Resource, Shown
from api.settlement_reach import demand_visible, visible_parties
from engine.core.errors import InvalidInput, Problem
from engine.core.text import text
from engine.runtime.settling import parties
from engine.runtime.tenant import fingerprint

resource = Resource("parties", text("合作方", "Parties: who is owed money, or owes it"))

PARTY_ID = r"^pty_[0-9A-Z]{26}$"
Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Day = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class PartyPath(Model):
    """Which party."""

    party_id: str = Field(pattern=PARTY_ID)


class PartiesQuery(PageQuery):
    """Which parties."""

    kind: parties.Kind | None = None
    q: str | None = Field(None, min_length=1, max_length=80, description="A part of the name")


class PartyBody(Model):
    """What a party says of itself, and its contract."""

    kind: parties.Kind
    name: Short = Field(examples=["林晚秋"])
    parent_id: str | None = Field(None, pattern=PARTY_ID, description="Its agency")
    org_unit_id: UnitId | None = None
    contract_entity: Short | None = Field(None, description="The own 签约主体")
    contract_from_on: Day | None = Field(None, examples=["2026-01-01"])
    contract_until_on: Day | None = Field(None, examples=["2026-12-31"])
    tax_status: Short | None = None
    level: Short | None = None
    settlement_period: parties.PeriodKind | None = None
    credit_days: int | None = Field(None, ge=0, le=3650)
    fields: dict[str, Any] = Field(
        default_factory=dict, description="Own fields; retention, least payout"
    )


class PartyShown(Shown):
    """A party without its bank account."""

    id: str
    kind: str
    name: str
    parent_id: str | None
    org_unit_id: str | None
    user_id: str | None = Field(description="The partner's own user")
    contract_entity: str | None
    contract_from_on: str | None
    contract_until_on: str | None
    tax_status: str | None
    level: str | None
    settlement_period: str | None
    credit_days: int | None
    fields: dict[str, Any]
    has_bank: bool
    bank_changed_at: datetime | None = Field(description="Shown on the next payment")
    waits_for_bank: bool = Field(description="A new bank account waits for another person")
    bank_is_own: bool = Field(description="The caller proposed it: somebody else has to approve")
    created_at: datetime
    revision: int = Field(description="For If-Match")


class PlatformAccount(Model):
    """What a party is called on a platform."""

    platform: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["douyin"])
    external_id: str = Field(min_length=1, max_length=120, examples=["d1001"])


class PlatformAccounts(Model):
    """All names of a party on platforms."""

    accounts: list[PlatformAccount] = Field(max_length=100)


class BankBody(Model):
    """A bank account. It is stored sealed and never shown again."""

    holder: Short
    bank: Short
    number: str = Field(
        min_length=4, max_length=60, pattern=r"^[0-9A-Za-z -]+$", examples=["6222 0000 0000 0000"]
    )


class UserBody(Model):
    """Which user is this partner; null: none."""

    user_id: str | None = Field(max_length=40, examples=["usr_01KBC3W5A07Y2ZK4T0N9Q5V1WX"])


def revision_of(row: Any) -> int:
    """What an edit of this party must name."""
    return fingerprint({name: getattr(row, name) for name in PartyBody.model_fields})


def show(row: Any) -> PartyShown:
    made = {"has_bank", "waits_for_bank", "bank_is_own", "revision"}
    names = PartyShown.model_fields.keys() - made
    return PartyShown(
        **{name: getattr(row, name) for name in names},
        has_bank=row.bank_sealed is not None,
        waits_for_bank=row.bank_asked is not None,
        bank_is_own=row.bank_asked is not None and row.bank_asked["by"] == caller().id,
        revision=revision_of(row),
    )


def shown(row: Any, status: int = 200) -> Response:
    location = f"/api/v1/parties/{row.id}" if status == 201 else None
    return answer(show(row), status, etag=etags.tag(revision_of(row)), location=location)


def _demand_days(body: PartyBody) -> None:
    """InvalidInput for days there are not, or a contract that ends before it begins."""
    problems, days = [], {}
    for name in ("contract_from_on", "contract_until_on"):
        written = getattr(body, name)
        try:
            days[name] = None if written is None else date.fromisoformat(written)
        except ValueError:
            message = text("没有这一天", "there is no such day")
            problems.append(Problem(f"/{name}", message, "day"))
    first, last = days.get("contract_from_on"), days.get("contract_until_on")
    if first and last and last < first:
        message = text("应不早于合同开始日", "is before the contract begins")
        problems.append(Problem("/contract_until_on", message, "range"))
    if problems:
        raise InvalidInput(text("提交的内容有误", "what was sent is not valid"), problems)


def find(party_id: str) -> Any:
    """The party, if the caller's part of the org tree has it; NotFound otherwise."""
    demand_visible(party_id)
    return parties.read_party(world(), tenant(), party_id)


@resource.get("/parties", act="settlement.read", answers={200: Page[PartyShown]})
def list_parties(query: PartiesQuery) -> Response:
    """Parties, by id: those of one's part of the org tree."""
    seen = visible_parties()
    (after,) = start(query, str) or ("",)
    rows = parties.list_parties(
        world(), tenant(), kind=query.kind, q=query.q, after=after, limit=query.limit + 1
    )
    kept, following = split(rows, query.limit, lambda row: [row.id])
    return page([row for row in kept if seen is None or row.id in seen], show, following)


@resource.post("/parties", act="settlement.edit", answers={201: PartyShown}, etag=True)
def create_party(body: PartyBody) -> Response:
    """A new party."""
    _demand_days(body)
    return shown(parties.create_party(world(), caller(), body.model_dump(mode="json")), 201)


@resource.get("/parties/<party_id>", act="settlement.read", answers={200: PartyShown}, etag=True)
def read_party(path: PartyPath) -> Response:
    """One party."""
    return shown(find(path.party_id))


@resource.put(
    "/parties/<party_id>",
    act="settlement.edit",
    answers={200: PartyShown},
    if_match=True,
    etag=True,
)
def update_party(path: PartyPath, body: PartyBody) -> Response:
    """Changes a party. Another settlement period counts from the end of the running one."""
    etags.check(revision_of(find(path.party_id)))
    _demand_days(body)
    parties.change_party(world(), caller(), path.party_id, body.model_dump(mode="json"))
    return shown(find(path.party_id))


@resource.get(
    "/parties/<party_id>/accounts", act="settlement.read", answers={200: PlatformAccounts}
)
def read_party_accounts(path: PartyPath) -> Response:
    """What it is called on platforms: by these an order finds it."""
    find(path.party_id)
    rows = parties.accounts_of(world(), tenant(), path.party_id)
    accounts = [PlatformAccount(platform=row.platform, external_id=row.external_id) for row in rows]
    return answer({"accounts": accounts})


@resource.put(
    "/parties/<party_id>/accounts", act="settlement.edit", answers={200: PlatformAccounts}
)
def set_party_accounts(path: PartyPath, body: PlatformAccounts) -> Response:
    """Sets all of them; 409 for a name that another party has."""
    find(path.party_id)
    pairs = [(one.platform, one.external_id) for one in body.accounts]
    parties.set_accounts(world(), caller(), path.party_id, pairs)
    return read_party_accounts(path)


@resource.post(
    "/parties/<party_id>/bank",
    act="settlement.edit",
    answers={200: PartyShown},
    key_act=True,
)
def propose_party_bank(path: PartyPath, body: BankBody) -> Response:
    """A new bank account; it counts once another person has agreed."""
    find(path.party_id)
    parties.propose_bank(world(), caller(), path.party_id, body.model_dump())
    return shown(find(path.party_id))


@resource.post(
    "/parties/<party_id>/bank/approve",
    act="settlement.publish",
    answers={200: PartyShown},
    key_act=True,
)
def approve_party_bank(path: PartyPath) -> Response:
    """Agrees to the bank account that waits."""
    find(path.party_id)
    parties.approve_bank(world(), caller(), path.party_id)
    return shown(find(path.party_id))


@resource.put("/parties/<party_id>/user", act="settlement.edit", answers={200: PartyShown})
def bind_party_user(path: PartyPath, body: UserBody) -> Response:
    """Binds the partner's own user, who then reads this party's statements."""
    find(path.party_id)
    parties.bind_user(world(), caller(), path.party_id, body.user_id)
    return shown(find(path.party_id))
