"""Parties (合作方) as people keep them: contract, platform names, bank data, their own user."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field, ValidationError

from engine.core.errors import Conflict, InvalidInput, NotFound, Problem
from engine.core.fields import Form
from engine.core.flow import problems_of
from engine.core.ids import new_id
from engine.core.text import text
from engine.runtime.principal import Principal, refuse_own
from engine.runtime.settling.periods_of import rhythm_of
from engine.runtime.settling.stating import retention_of
from engine.runtime.world import World
from engine.settlement.money import read_number
from engine.settlement.periods import change_rhythm
from engine.store import accounts as account_store
from engine.store import parties as store
from engine.store.db import Connection

Kind = Literal[
    "creator", "agency", "leader", "dealer", "franchisee", "distributor", "provider", "employee",
    "shop", "store", "platform", "other",
]  # fmt: skip
PeriodKind = Literal["order", "week", "half_month", "month", "quarter"]


class PartyForm(Form):
    """What may be written of a party; `fields` holds retention, least_payout and own fields."""

    kind: Kind
    name: str = Field(min_length=1, max_length=120)
    parent_id: str | None = Field(default=None, max_length=60)
    org_unit_id: str | None = Field(default=None, max_length=60)
    contract_entity: str | None = Field(default=None, max_length=200)
    contract_from_on: date | None = None
    contract_until_on: date | None = None
    tax_status: str | None = Field(default=None, max_length=60)
    level: str | None = Field(default=None, max_length=60)
    settlement_period: PeriodKind | None = None
    credit_days: int | None = Field(default=None, ge=0, le=3_650)
    fields: dict[str, Any] = Field(default_factory=dict, max_length=100)


def create_party(world: World, who: Principal, values: Mapping[str, Any]) -> Any:
    """A new party; InvalidInput with paths for values that do not fit."""
    found, now = _read(values), world.now()
    id_ = new_id("pty", now)
    with world.db.begin() as conn:
        _check_parent(conn, who.tenant, id_, found.get("parent_id"))
        store.insert_party(conn, {"id": id_, "tenant": who.tenant, "created_at": now, **found})
        who.note(conn, now, "settlement.edit", f"party:{id_}", {"created": found["name"]})
        return store.find_party(conn, who.tenant, id_)


def change_party(world: World, who: Principal, id_: str, values: Mapping[str, Any]) -> Any:
    """Changes what is named; a new settlement period begins when the running one ends."""
    now = world.now()
    with world.db.begin() as conn:
        row = _locked(conn, who.tenant, id_)
        kept = {name: getattr(row, name) for name in PartyForm.model_fields}
        found = _read({**kept, **values})
        _check_parent(conn, who.tenant, id_, found.get("parent_id"))
        wanted = found["settlement_period"]
        if wanted is not None and wanted != row.settlement_period:
            found["rhythm"] = _changed_rhythm(row, wanted, now)
        store.update_party(conn, who.tenant, id_, found)
        changed = {name: found[name] for name in values if name in found and name != "fields"}
        who.note(conn, now, "settlement.edit", f"party:{id_}", changed)
        return store.find_party(conn, who.tenant, id_)


def read_party(world: World, tenant: str, id_: str) -> Any:
    """The party's row; NotFound otherwise."""
    with world.db.reading() as conn:
        return demand_party(conn, tenant, id_)


def list_parties(
    world: World,
    tenant: str,
    *,
    kind: str | None = None,
    q: str | None = None,
    after: str = "",
    limit: int = 100,
) -> list[Any]:
    """By id, after the id `after`."""
    with world.db.reading() as conn:
        return store.list_parties(conn, tenant, kind=kind, q=q, after=after, limit=limit)


def accounts_of(world: World, tenant: str, id_: str) -> list[Any]:
    """(platform, external_id) of a party."""
    with world.db.reading() as conn:
        return store.accounts_of(conn, tenant, id_)


def set_accounts(world: World, who: Principal, id_: str, pairs: Sequence[tuple[str, str]]) -> None:
    """All names of a party on platforms; Conflict for one that is another party's."""
    now = world.now()
    with world.db.begin() as conn:
        _locked(conn, who.tenant, id_)
        theirs = store.find_by_account(conn, who.tenant, pairs)
        taken = [pair for pair, row in theirs.items() if row.id != id_]
        if taken:
            name = "/".join(taken[0])
            message = text(f"账号 {name} 已属于另一合作方", f"{name} is another party's")
            raise Conflict(message, [Problem("/accounts", message, "taken")])
        store.set_accounts(conn, who.tenant, id_, pairs)
        said = {"accounts": [list(pair) for pair in pairs]}
        who.note(conn, now, "settlement.edit", f"party:{id_}", said)


def bind_user(world: World, who: Principal, id_: str, user_id: str | None) -> None:
    """The partner's own user, who reads this party's statements and nothing else."""
    now = world.now()
    with world.db.begin() as conn:
        _locked(conn, who.tenant, id_)
        if user_id is not None and account_store.find_user(conn, who.tenant, user_id) is None:
            raise NotFound(text("没有这个用户", "there is no such user"))
        store.update_party(conn, who.tenant, id_, {"user_id": user_id})
        who.note(conn, now, "settlement.edit", f"party:{id_}", {"user": user_id})


def propose_bank(world: World, who: Principal, id_: str, bank: Mapping[str, str]) -> None:
    """New bank data; it counts once another person has approved it."""
    written = {name: str(value)[:200] for name, value in bank.items() if str(value).strip()}
    if not written:
        message = text("请填写收款账户", "the bank data is empty")
        raise InvalidInput(message, [Problem("/bank", message, "missing")])
    now = world.now()
    sealed = world.vault.seal(repr(sorted(written.items())), f"{who.tenant}/bank")
    with world.db.begin() as conn:
        _locked(conn, who.tenant, id_)
        asked = {"sealed": sealed, "by": who.id, "at": now.isoformat()}
        store.update_party(conn, who.tenant, id_, {"bank_asked": asked})
        who.note(conn, now, "settlement.bank", f"party:{id_}", {"proposed": sorted(written)})


def approve_bank(world: World, who: Principal, id_: str) -> None:
    """Another person agrees; the next payment shows that it has changed."""
    now = world.now()
    with world.db.begin() as conn:
        row = _locked(conn, who.tenant, id_)
        if not row.bank_asked:
            raise Conflict(text("没有待复核的收款账户", "no bank data waits for approval"))
        refuse_own(who, row.bank_asked["by"])
        values = {
            "bank_sealed": row.bank_asked["sealed"],
            "bank_asked": None,
            "bank_changed_at": now,
        }
        store.update_party(conn, who.tenant, id_, values)
        said = {"approved": True, "maker": row.bank_asked["by"]}
        who.note(conn, now, "settlement.bank", f"party:{id_}", said)


def demand_party(conn: Connection, tenant: str, id_: str) -> Any:
    """The party's row; NotFound otherwise."""
    row = store.find_party(conn, tenant, id_)
    if row is None:
        raise NotFound(text(f"没有合作方 {id_}", f"there is no party {id_}"))
    return row


def _locked(conn: Connection, tenant: str, id_: str) -> Any:
    row = store.lock_party(conn, tenant, id_)
    if row is None:
        raise NotFound(text(f"没有合作方 {id_}", f"there is no party {id_}"))
    return row


def _read(values: Mapping[str, Any]) -> dict[str, Any]:
    try:
        found = PartyForm.model_validate(dict(values)).model_dump(mode="json")
    except ValidationError as error:
        message = text("合作方资料有误", "the party is not right")
        raise InvalidInput(message, problems_of(error)) from None
    try:
        retention_of(found["fields"], "CNY")
        if found["fields"].get("least_payout"):
            read_number(str(found["fields"]["least_payout"]), "/fields/least_payout")
    except (ValueError, TypeError):
        message = text("预留天数应为整数", "the days of a retention are a whole number")
        raise InvalidInput(message, [Problem("/fields/retention/days", message)]) from None
    return found


def _check_parent(conn: Connection, tenant: str, id_: str, parent: str | None) -> None:
    """A parent that is there, and nobody above themselves."""
    seen = {id_}
    at = parent
    while at:
        if at in seen:
            message = text("上级合作方不能是自己或自己的下级", "a party is not above itself")
            raise InvalidInput(message, [Problem("/parent_id", message, "loop")])
        seen.add(at)
        row = store.find_party(conn, tenant, at)
        if row is None:
            message = text(f"没有合作方 {at}", f"there is no party {at}")
            raise InvalidInput(message, [Problem("/parent_id", message, "unknown")])
        at = row.parent_id


def _changed_rhythm(row: Any, wanted: Any, now: datetime) -> list[list[str]]:
    before = rhythm_of(row, row.settlement_period or "month")
    after = change_rhythm(before, wanted, now.date())
    return [[beat.first.isoformat(), beat.kind] for beat in after]
