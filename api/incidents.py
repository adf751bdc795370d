"""Incidents: what stopped and needs a person; effects nobody knows the result of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from flask import Response
from pydantic import Field

from api.answers import answer
from api.context import caller, tenant, world
from api.pagination import Page, PageQuery, split, start
from api.permissions import require_second_factor
from api.resource import Model, Resource, Shown, Words
from api.shapes import Reason
from engine.core.redact import redact
from engine.core.text import text
from engine.runtime import steering
from engine.runtime.inspect import effect_shown
from engine.store import flows as flow_store
from engine.store import incidents as incident_store

resource = Resource("incidents", text("异常", "What stopped and needs a person"))


class IncidentPath(Model):
    """Which incident."""

    incident_id: str = Field(pattern=r"^inc_[0-9A-Z]{26}$")


class IncidentsQuery(PageQuery):
    """Which incidents."""

    status: Literal["open", "resolved"] = "open"


class Incident(Shown):
    """One incident."""

    id: str
    kind: str = Field(description="run, effect, event, connection or work")
    ref: str = Field(description="Id of the run or event, key of the effect")
    run_id: str | None
    flow: str | None = Field(None, description="Key of the flow whose run it is")
    flow_id: str | None
    code: str
    message: Words
    status: Literal["open", "resolved"]
    created_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    resolution: str | None


class ResolveBody(Model):
    """What was done about it."""

    words: Reason = Field(min_length=1)


class EffectPath(Model):
    """Which effect."""

    key: str = Field(pattern=r"^eff_[0-9A-Za-z_]{1,100}$")


class Decision(Model):
    """What became of the effect, by somebody who looked."""

    verdict: Literal["delivered", "failed", "again"]
    output: dict[str, Any] | None = Field(None, description="What the platform answered, if known")
    words: Reason = Field(min_length=1, description="How it is known")


class EffectShown(Shown):
    """How an effect stands."""

    key: str
    run_id: str
    step: str
    status: str
    connection: str
    action: str
    effect_class: str = Field(description="read, message, write or money")
    args: dict[str, Any]
    attempts: int
    made_at: datetime
    ended_at: datetime | None
    output: Any = None
    error: dict[str, Any] | None
    decided_by: str | None = Field(description="Who last said what became of it")


def show(rows: Sequence[Any]) -> list[Incident]:
    """Incidents with the keys of their flows."""
    with world().db.reading() as conn:
        keys = flow_store.flow_keys(conn, tenant(), {row.flow_id for row in rows if row.flow_id})
    return [_shown(row, keys.get(row.flow_id)) for row in rows]


def _shown(row: Any, flow: str | None) -> Incident:
    message = row.message if isinstance(row.message, dict) else {"zh": row.message}
    zh = str(message.get("zh", ""))
    words = Words(zh=zh, en=str(message.get("en", zh)))
    stored = Incident.model_fields.keys() - {"message", "flow"}
    return Incident(**{name: getattr(row, name) for name in stored}, flow=flow, message=words)


def show_effect(row: Any) -> EffectShown:
    found = redact(effect_shown(row))
    return EffectShown(
        key=row.key,
        run_id=row.run_id,
        step=row.step,
        effect_class=row.effect_class,
        decided_by=row.decided_by,
        **{name: found[name] for name in found if name not in ("class",)},
    )


@resource.get("/incidents", act="runs.read", answers={200: Page[Incident]})
def list_incidents(query: IncidentsQuery) -> Response:
    """Incidents, the newest first."""
    (before,) = start(query, str) or (None,)
    with world().db.reading() as conn:
        rows = incident_store.list_incidents(
            conn, tenant(), status=query.status, before=before, limit=query.limit + 1
        )
    kept, following = split(rows, query.limit, lambda row: [row.id])
    return answer({"items": show(kept), "next": following})


@resource.get("/incidents/<incident_id>", act="runs.read", answers={200: Incident})
def read_incident(path: IncidentPath) -> Response:
    """One incident."""
    return answer(show([steering.read_incident(world(), tenant(), path.incident_id)])[0])


@resource.post("/incidents/<incident_id>/resolve", act="runs.act", answers={200: Incident})
def resolve_incident(path: IncidentPath, body: ResolveBody) -> Response:
    """Closes an incident that was dealt with; to move the run, resume or retry it instead."""
    row = steering.resolve_incident(world(), caller(), path.incident_id, body.words)
    return answer(show([row])[0])


@resource.get("/effects/<key>", act="runs.read", answers={200: EffectShown})
def read_effect(path: EffectPath) -> Response:
    """One external effect."""
    return answer(show_effect(steering.read_effect(world(), tenant(), path.key)))


@resource.post("/effects/<key>/decide", act="runs.act", answers={200: EffectShown})
def decide_effect(path: EffectPath, body: Decision) -> Response:
    """Says what became of an effect whose result is not known, or that failed.

    Where it moves money this is a key act: a second factor must have been given just before, and it
    takes another person than who published the flow, started the run or sent it again before.
    """
    if steering.read_effect(world(), tenant(), path.key).effect_class == "money":
        require_second_factor(caller())
    row = steering.decide_effect(
        world(), caller(), path.key, body.verdict, output=body.output, words=body.words
    )
    return answer(show_effect(row))
