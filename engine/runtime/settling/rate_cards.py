"""Rate cards as people make them: drafts, checks, immutable versions.

A draft is saved against the revision it was read at. Whoever saved it last does not publish it
(maker and checker are two people, admins too). A locked value is changed by nobody: saving,
publishing and rolling back all ask.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.core.errors import Conflict, InvalidInput, NotFound, Problem, Stale
from engine.core.ids import new_id
from engine.core.text import text
from engine.runtime.jobs import put_job
from engine.runtime.principal import SYSTEM, Principal, refuse_own
from engine.runtime.settling.cards import keep_resolver
from engine.runtime.settling.early_refunds import EARLY_REFUNDS
from engine.runtime.settling.locks import CARD, demand_unlocked
from engine.runtime.world import World
from engine.settlement.advice import advise
from engine.settlement.card import Card, dump_card, load_card
from engine.settlement.card_check import validate_card
from engine.settlement.resolve import Resolver
from engine.store import flows as flow_store
from engine.store import parties as party_store
from engine.store import rate_cards as store
from engine.store.db import Connection


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A new version: its number and what publishing remarked on."""

    number: int
    version_id: str
    remarks: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Stand:
    """A published card: the version for orders paid now, and the newest document."""

    in_force: int | None
    newest: Any


def create_card(world: World, who: Principal, document: Any) -> Any:
    """A new card with this draft; Conflict when the key is taken."""
    card, now = load_card(document), world.now()
    with world.db.begin() as conn:
        if store.find_card(conn, who.tenant, card.key) is not None:
            message = text(f"已有编号为 {card.key} 的计费规则", f"there is a card {card.key}")
            raise Conflict(message, [Problem("/key", text("编号已被使用", "is taken"))])
        row = {
            "id": new_id("card", now),
            "tenant": who.tenant,
            "key": card.key,
            "name": card.name,
            "currency": card.currency,
            "draft": dump_card(card),
            "revision": 1,
            "live_version": None,
            "saved_by": who.id,
            "created_at": now,
            "updated_at": now,
        }
        store.insert_card(conn, row)
        who.note(conn, now, "settlement.edit", f"rate_card:{card.key}", {"created": True})
        return store.find_card(conn, who.tenant, card.key)


def list_cards(world: World, tenant: str) -> list[Any]:
    """All cards by key."""
    with world.db.reading() as conn:
        return store.list_cards(conn, tenant)


def stands_of(world: World, tenant: str) -> dict[str, Stand]:
    """How each published card stands, by key."""
    now = world.now()
    with world.db.reading() as conn:
        by_card: dict[str, list[Any]] = {}
        for row in store.published(conn, tenant):
            by_card.setdefault(row.card, []).append(row)
        newest = store.documents(conn, tenant, [rows[0].id for rows in by_card.values()])
    return {
        key: Stand(
            next((row.number for row in rows if _is_in_force(row, now)), None),
            newest[rows[0].id],
        )
        for key, rows in by_card.items()
    }


def _is_in_force(version: Any, now: datetime) -> bool:
    return version.effective_from is None or version.effective_from <= now


def read_card(world: World, tenant: str, key: str) -> Any:
    """The card's row; NotFound otherwise."""
    with world.db.reading() as conn:
        return _card(conn, tenant, key)


def list_versions(world: World, tenant: str, key: str) -> list[Any]:
    """Newest first."""
    with world.db.reading() as conn:
        return store.list_versions(conn, tenant, _card(conn, tenant, key).id)


def read_version(world: World, tenant: str, key: str, number: int) -> Any:
    """One version; NotFound otherwise."""
    with world.db.reading() as conn:
        return _version(conn, tenant, _card(conn, tenant, key), number)


def check_card(world: World, tenant: str, document: Any) -> list[Problem]:
    """Everything wrong or doubtful about a document, errors first, then what its tiers bring."""
    with world.db.reading() as conn:
        found = validate_card(document, _known(conn, tenant))
    try:
        card = load_card(document)
    except InvalidInput:
        return found
    said = {(one.path, one.code) for one in found}
    if any(path == "/currency" for path, _ in said):
        return found
    models = [
        (f"/rules/{index}/model", rule.model)
        for index, rule in enumerate(card.rules)
        if rule.model is not None
    ]
    advice = [one for path, model in models for one in advise(model, card.currency, path)]
    return [*found, *(one for one in advice if (one.path, one.code) not in said)]


def save_card(world: World, who: Principal, key: str, document: Any, *, revision: int) -> int:
    """Saves a draft and returns its new revision; Stale when somebody saved in between."""
    card, now = load_card(document), world.now()
    with world.db.begin() as conn:
        row = _locked(conn, who.tenant, key)
        if card.key != key:
            message = text("计费规则编号不能修改", "a card's key never changes")
            raise Conflict(message, [Problem("/key", text(f"应为 {key}", f"must be {key}"))])
        if row.revision != revision:
            raise _stale(row.revision)
        demand_unlocked(conn, who.tenant, f"{CARD}:{key}", row.draft, dump_card(card), now)
        _save(conn, who, row, card, now)
    return revision + 1


def write_draft(conn: Connection, who: Principal, key: str, document: Any, now: datetime) -> None:
    """An approved change of a locked value; the lock itself was asked before."""
    row = _locked(conn, who.tenant, key)
    _save(conn, who, row, load_card(document), now)


def _save(conn: Connection, who: Principal, row: Any, card: Card, now: datetime) -> None:
    values = {
        "draft": dump_card(card),
        "name": card.name,
        "currency": card.currency,
        "revision": row.revision + 1,
        "saved_by": who.id,
        "updated_at": now,
    }
    store.update_card(conn, who.tenant, row.id, values)
    said = {"revision": row.revision + 1}
    who.note(conn, now, "settlement.edit", f"rate_card:{row.key}", said)


def publish_card(
    world: World,
    who: Principal,
    key: str,
    *,
    revision: int | None = None,
    effective_from: datetime | None = None,
    note: str = "",
) -> PublishedVersion:
    """The draft as a new immutable version, for orders from `effective_from` on (None: all that
    are not priced yet).

    InvalidInput says why not; OwnWork when this person saved it last. With the tenant's first card
    the refunds that came before it are looked through (early_refunds.py).
    """
    with world.db.begin() as conn:
        row = _locked(conn, who.tenant, key)
        if revision is not None and row.revision != revision:
            raise _stale(row.revision)
        if who.id != SYSTEM:
            refuse_own(who, row.saved_by)
        is_first = not store.has_published(conn, who.tenant)
        made = _publish(world, conn, who, row, row.draft, effective_from, note)
        if is_first:
            put_job(world, conn, who.tenant, EARLY_REFUNDS, {}, by=who.id)
    if is_first:
        world.queue.wake("jobs")
    return made


def roll_back_card(world: World, who: Principal, key: str, number: int) -> PublishedVersion:
    """An old version's document as a new version and as the draft."""
    with world.db.begin() as conn:
        row = _locked(conn, who.tenant, key)
        old = _version(conn, who.tenant, row, number)
        now = world.now()
        demand_unlocked(conn, who.tenant, f"{CARD}:{key}", row.draft, old.document, now)
        values = {"draft": old.document, "revision": row.revision + 1, "updated_at": now}
        store.update_card(conn, who.tenant, row.id, values)
        return _publish(world, conn, who, row, old.document, now, f"← v{number}")


def _publish(
    world: World,
    conn: Connection,
    who: Principal,
    row: Any,
    document: Any,
    effective_from: datetime | None,
    note: str,
) -> PublishedVersion:
    problems = validate_card(document, _known(conn, who.tenant))
    errors = [one for one in problems if one.level == "error"]
    if errors:
        message = text(
            f"还有 {len(errors)} 处问题，不能发布",
            f"{len(errors)} problems keep it from being published",
        )
        raise InvalidInput(message, errors)
    now, number = world.now(), (row.live_version or 0) + 1
    if number > 1:
        # What is live may be older than the lock: then the draft says what was locked.
        live = _version(conn, who.tenant, row, row.live_version)
        if live.document != row.draft:
            demand_unlocked(conn, who.tenant, f"{CARD}:{row.key}", row.draft, document, now)
    version_id = new_id("cv", now)
    store.insert_version(
        conn,
        {
            "id": version_id,
            "tenant": who.tenant,
            "card_id": row.id,
            "number": number,
            "document": document,
            "effective_from": effective_from,
            "published_by": who.id,
            "published_at": now,
            "note": note,
        },
    )
    keep_resolver(version_id, Resolver(load_card(document), number))
    store.update_card(conn, who.tenant, row.id, {"live_version": number, "updated_at": now})
    flow_store.bump(conn, who.tenant)
    said = {"version": number, "note": note}
    who.note(conn, now, "settlement.publish", f"rate_card:{row.key}", said)
    remarks = tuple(one for one in problems if one.level != "error")
    return PublishedVersion(number, version_id, remarks)


def _known(conn: Connection, tenant: str) -> dict[str, frozenset[str]]:
    """What a card may name: the brand and the parties there are."""
    return {"party": party_store.all_party_ids(conn, tenant) | {"brand"}}


def _card(conn: Connection, tenant: str, key: str) -> Any:
    row = store.find_card(conn, tenant, key)
    if row is None:
        raise NotFound(text(f"没有计费规则 {key}", f"there is no rate card {key}"))
    return row


def _locked(conn: Connection, tenant: str, key: str) -> Any:
    row = store.lock_card(conn, tenant, key)
    if row is None:
        raise NotFound(text(f"没有计费规则 {key}", f"there is no rate card {key}"))
    return row


def _version(conn: Connection, tenant: str, row: Any, number: int) -> Any:
    found = store.find_version(conn, tenant, row.id, number)
    if found is None:
        raise NotFound(text(f"没有第 {number} 版", f"there is no version {number}"))
    return found


def _stale(revision: int) -> Stale:
    return Stale(
        text(
            f"这份计费规则已被别人保存过（现为第 {revision} 次修改），请先查看对方的改动",
            f"somebody saved this card meanwhile (it is at revision {revision}): look at it first",
        )
    )
