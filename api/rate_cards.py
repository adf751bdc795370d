"""Rate cards: who is owed what, in layers. Drafts, checking, publishing by another person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response
from pydantic import AwareDatetime, Field

from api import etags
from api.answers import answer
from api.context import caller, locale, tenant, world
from api.errors import ProblemItem
from api.pagination import Page, PageQuery
from api.resource import Model, Resource, Shown
from api.settlement_shapes import (
    CardDocument,
    CardKey,
    Checked,
    Note,
    shown_problems,
    whole_list,
)
from engine.core.catalog import said
from engine.core.expression import language_catalog
from engine.core.text import text
from engine.runtime.settling import rate_cards as cards
from engine.settlement.card import card_schema, load_card
from engine.settlement.card_scope import card_scope

resource = Resource("rate-cards", text("计费规则", "Rate cards in layers, with versions"))


class CardPath(Model):
    """Which card."""

    key: CardKey


class VersionPath(CardPath):
    """Which version of it."""

    number: int = Field(ge=1, le=999_999)


class CardShown(Shown):
    """A card without its document."""

    key: CardKey
    name: str
    currency: str
    revision: int = Field(description="Of the draft, for If-Match")
    live_version: int | None = Field(description="Number of the newest version")
    saved_by: str = Field(description="Who saved the draft last: may not publish it")
    updated_at: datetime


class CardListed(CardShown):
    """A card in the list: what counts today, and what waits to be published."""

    in_force: int | None = Field(description="Number of the version for orders paid now")
    has_changes: bool = Field(description="The draft is another than the newest version")
    terms: list[str] = Field(description="Names of what is owed")
    roles: list[str] = Field(description="Whose accounts: promoter, dealer, …; party for one party")


class CardWithDraft(CardShown):
    """A card with its draft."""

    draft: dict[str, Any]


class SavedCard(Shown):
    """A draft that was saved."""

    revision: int


class CardVersion(Shown):
    """A version without its document."""

    number: int
    effective_from: datetime | None = Field(description="From which order date; null: any")
    published_by: str
    published_at: datetime
    note: str


class CardVersionWithDocument(CardVersion):
    """A version."""

    document: dict[str, Any]


class PublishCardBody(Model):
    """From when the version counts, and what to say of it."""

    effective_from: AwareDatetime | None = Field(
        None, description="Orders from then on; null: of any date", examples=[None]
    )
    note: Note = ""


class PublishedCard(Shown):
    """A version that was published."""

    number: int
    version_id: str
    remarks: list[ProblemItem]


class CardSchemas(Shown):
    """What a form for cards is drawn from."""

    card: dict[str, Any] = Field(description="JSON Schema of the document")
    scope: dict[str, Any] = Field(description="JSON Schema of what conditions may read")
    language: dict[str, Any] = Field(description="Keywords, functions, members and operators")


def show_listed(row: Any, stand: cards.Stand | None) -> CardListed:
    """A card of the list; one without a stand was never published."""
    shown = {name: getattr(row, name) for name in CardShown.model_fields}
    terms = row.draft["terms"]
    who = [term["party"].get("role") or "party" for term in terms]
    return CardListed(
        **shown,
        in_force=stand.in_force if stand else None,
        has_changes=stand is None or stand.newest != row.draft,
        terms=[term["name"] for term in terms],
        roles=list(dict.fromkeys(who)),
    )


def shown(key: str, status: int = 200) -> Response:
    """A card with its draft as it is now."""
    row = cards.read_card(world(), tenant(), key)
    location = f"/api/v1/settlement/rate-cards/{row.key}" if status == 201 else None
    tag = etags.tag(row.revision)
    return answer(CardWithDraft.model_validate(row), status, etag=tag, location=location)


def _checked(document: Any) -> Response:
    problems = cards.check_card(world(), tenant(), document)
    ok = not any(one.level == "error" for one in problems)
    return answer({"ok": ok, "problems": shown_problems(problems)})


def _published(found: Any) -> Response:
    remarks = shown_problems(found.remarks)
    return answer({"number": found.number, "version_id": found.version_id, "remarks": remarks}, 201)


@resource.get("/settlement/rate-cards", act="settlement.read", answers={200: Page[CardListed]})
def list_rate_cards(query: PageQuery) -> Response:
    """Rate cards, by key."""
    stands = cards.stands_of(world(), tenant())
    return whole_list(
        cards.list_cards(world(), tenant()),
        query,
        lambda row: row.key,
        lambda row: show_listed(row, stands.get(row.key)),
    )


@resource.get("/settlement/rate-card-schemas", act="settlement.read", answers={200: CardSchemas})
def read_rate_card_schemas() -> Response:
    """The document's JSON Schema, and that of the names its conditions and formulas may read."""
    language = locale()
    return answer(
        {
            "card": said(card_schema(), language),
            "scope": said(card_scope(), language),
            "language": said(language_catalog(), language),
        }
    )


@resource.post(
    "/settlement/rate-cards", act="settlement.edit", answers={201: CardWithDraft}, etag=True
)
def create_rate_card(body: CardDocument) -> Response:
    """A new card with this document as its draft."""
    return shown(cards.create_card(world(), caller(), body.root).key, 201)


@resource.post("/settlement/rate-cards/check", act="settlement.read", answers={200: Checked})
def check_rate_card(body: CardDocument) -> Response:
    """What publishing this document would refuse, and advice: gaps, overlaps, cliffs, totals that
    fall at an edge. A document that is malformed is refused.
    """
    load_card(body.root)
    return _checked(body.root)


@resource.get(
    "/settlement/rate-cards/<key>",
    act="settlement.read",
    answers={200: CardWithDraft},
    etag=True,
)
def read_rate_card(path: CardPath) -> Response:
    """A card with its draft."""
    return shown(path.key)


@resource.put(
    "/settlement/rate-cards/<key>",
    act="settlement.edit",
    answers={200: SavedCard},
    if_match=True,
    etag=True,
)
def save_rate_card(path: CardPath, body: CardDocument) -> Response:
    """Saves the draft; locked values stay as they are, or 403 names them."""
    revision = etags.check(cards.read_card(world(), tenant(), path.key).revision)
    saved = cards.save_card(world(), caller(), path.key, body.root, revision=revision)
    return answer({"revision": saved}, etag=etags.tag(saved))


@resource.post("/settlement/rate-cards/<key>/check", act="settlement.read", answers={200: Checked})
def check_rate_card_draft(path: CardPath) -> Response:
    """The same for the stored draft."""
    return _checked(cards.read_card(world(), tenant(), path.key).draft)


@resource.post(
    "/settlement/rate-cards/<key>/publish",
    act="settlement.publish",
    answers={201: PublishedCard},
    key_act=True,
    if_match=True,
)
def publish_rate_card(path: CardPath, body: PublishCardBody) -> Response:
    """The draft as a new version. Whoever saved it last may not publish it."""
    revision = etags.check(cards.read_card(world(), tenant(), path.key).revision)
    return _published(
        cards.publish_card(
            world(),
            caller(),
            path.key,
            revision=revision,
            effective_from=body.effective_from,
            note=body.note,
        )
    )


@resource.get(
    "/settlement/rate-cards/<key>/versions",
    act="settlement.read",
    answers={200: Page[CardVersion]},
)
def list_rate_card_versions(path: CardPath, query: PageQuery) -> Response:
    """Versions, the newest first."""
    rows = cards.list_versions(world(), tenant(), path.key)
    return whole_list(
        rows, query, lambda row: f"{row.number:09d}", CardVersion.model_validate, newest_first=True
    )


@resource.get(
    "/settlement/rate-cards/<key>/versions/<int:number>",
    act="settlement.read",
    answers={200: CardVersionWithDocument},
)
def read_rate_card_version(path: VersionPath) -> Response:
    """One version with its document."""
    row = cards.read_version(world(), tenant(), path.key, path.number)
    return answer(CardVersionWithDocument.model_validate(row))


@resource.post(
    "/settlement/rate-cards/<key>/versions/<int:number>/roll-back",
    act="settlement.publish",
    answers={201: PublishedCard},
    key_act=True,
)
def roll_back_rate_card(path: VersionPath) -> Response:
    """A new version with the document of an old one."""
    return _published(cards.roll_back_card(world(), caller(), path.key, path.number))
