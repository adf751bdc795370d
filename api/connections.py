"""Connections to platforms, and the connectors they are made with. Secrets go in, never out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from flask import Response
from pydantic import Field, StringConstraints

from api import etags
from api.answers import answer
from api.context import caller, locale, settings, tenant, world
from api.org import Name
from api.resource import Model, Resource, Shown, Words
from engine.core.catalog import connector_shown
from engine.core.connector import ConnectorType
from engine.core.errors import NotFound
from engine.core.redact import redact
from engine.core.text import say, text
from engine.runtime import connection_setup as setup
from engine.runtime.connections import read_connection, test_connection
from engine.store import connections as store
from engine.store import effects as effect_store
from engine.store import flows as flow_store

resource = Resource("connections", text("平台对接", "Connections to platforms"))

ConnectionKey = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$"), Field(examples=["douyin-shop"])
]
SyncMode = Literal["push", "pull", "both", "none"]
OnBad = Literal["ignore", "review", "park"]
State = Literal["ok", "failing", "open", "paused", "unused"]


class ConnectorPath(Model):
    """Which connector."""

    type: str = Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", examples=["csv_file"])


class ConnectionPath(Model):
    """Which connection."""

    key: ConnectionKey


class ActionShown(Shown):
    """One action of a connector."""

    key: str
    label: str
    summary: str
    effect_class: str
    input: dict[str, Any]
    output: dict[str, Any]


class EventBrought(Shown):
    """An event type a connector brings."""

    type: str
    label: str


class Connector(Shown):
    """One outside system, with the forms its connections are made by."""

    type: str
    label: str
    summary: str
    group: str
    platform: str
    icon: str
    help: str
    credentials: dict[str, Any] = Field(description="JSON Schema; secrets are write-only")
    settings: dict[str, Any] = Field(description="JSON Schema")
    actions: list[ActionShown]
    events: list[EventBrought]
    receives: bool
    pulls: bool


class Connectors(Shown):
    """Every connector there is."""

    items: list[Connector]


class ConnectionFields(Model):
    """What a connection is set to."""

    name: Name
    settings: dict[str, Any] = Field(default_factory=dict)
    sync_mode: SyncMode = "push"
    on_bad_record: OnBad = Field("review", description="Records that cannot be translated")
    rate: int | None = Field(None, ge=1, le=100_000, description="Null: the connector's own limit")
    backup: ConnectionKey | None = Field(None, description="Used while this one's circuit is open")


class NewConnection(ConnectionFields):
    """A connection to be made."""

    key: ConnectionKey
    connector: str = Field(max_length=64, examples=["csv_file"])
    credentials: dict[str, Any] = Field(default_factory=dict)


class CredentialsBody(Model):
    """Credentials; a secret left out or null stays as it is."""

    credentials: dict[str, Any]
    settings: dict[str, Any] | None = Field(
        None,
        description="Changed along with them. Where secrets would go elsewhere (settings marked "
        "`x-where-secrets-go`), those stored are forgotten and all are given anew",
    )


class Connection(Shown):
    """A connection; secrets are shown as "set" or null."""

    key: str
    connector: str
    name: str
    credentials: dict[str, Any]
    settings: dict[str, Any]
    sync_mode: SyncMode
    on_bad_record: OnBad
    rate: int | None
    backup: str | None
    status: Literal["active", "paused"]
    revision: int
    hook: str | None = Field(description="The address the platform pushes to")
    created_at: datetime
    updated_at: datetime


class Connections(Shown):
    """All connections of the tenant, by key."""

    items: list[Connection]


class Health(Shown):
    """How a connection is."""

    state: State = Field(description="open: too many failures, no calls before open_until")
    failures: int = Field(description="In a row")
    open_until: datetime | None
    last_ok_at: datetime | None
    last_error_at: datetime | None
    last_error: dict[str, Any] | None
    pulled_at: datetime | None
    waiting: int = Field(description="Effects not delivered yet")


class Tested(Shown):
    """What the test found."""

    message: str
    words: Words


def show(row: Any, connector: ConnectorType) -> Connection:
    own = {name: getattr(row, name) for name in Connection.model_fields if hasattr(row, name)}
    own["credentials"] = setup.shown_credentials(world(), row, connector)
    hook = None
    if connector.receive is not None:
        hook = f"{settings().public_url}/hooks/{connector.type}/{_qualified(row)}"
    return Connection(**own, hook=hook)


def _qualified(row: Any) -> str:
    with world().db.reading() as conn:
        alone = len(flow_store.list_tenants(conn)) == 1
    return str(row.key) if alone else f"{row.tenant}.{row.key}"


def shown(key: str, status: int = 200) -> Response:
    """A connection as it is now."""
    row, connector = read_connection(world(), tenant(), key)
    location = f"/api/v1/connections/{key}" if status == 201 else None
    return answer(show(row, connector), status, etag=etags.tag(row.revision), location=location)


def revision_of(key: str) -> int:
    """The revision of an edit, checked against If-Match."""
    return etags.check(read_connection(world(), tenant(), key)[0].revision)


@resource.get("/connectors", act="connections.read", answers={200: Connectors})
def list_connectors() -> Response:
    """Every outside system there is a connector for."""
    found = world().registry.connectors.values()
    return answer({"items": [connector_shown(one, locale()) for one in found]})


@resource.get("/connectors/<type>", act="connections.read", answers={200: Connector})
def read_connector(path: ConnectorPath) -> Response:
    """One connector."""
    found = world().registry.connectors.get(path.type)
    if found is None:
        raise NotFound(text(f"没有 {path.type}", f"there is no connector {path.type}"))
    return answer(connector_shown(found, locale()))


@resource.get("/connections", act="connections.read", answers={200: Connections})
def list_connections() -> Response:
    """All connections, by key."""
    with world().db.reading() as conn:
        rows = store.list_connections(conn, tenant())
    known = world().registry.connectors
    return answer(
        {"items": [show(row, known[row.connector]) for row in rows if row.connector in known]}
    )


@resource.post(
    "/connections", act="connections.edit", key_act=True, answers={201: Connection}, etag=True
)
def create_connection(body: NewConnection) -> Response:
    """A new connection. Problems of the forms lie under /credentials and /settings."""
    setup.create_connection(world(), caller(), body.model_dump())
    return shown(body.key, 201)


@resource.get("/connections/<key>", act="connections.read", answers={200: Connection}, etag=True)
def read_one_connection(path: ConnectionPath) -> Response:
    """One connection."""
    return shown(path.key)


@resource.put(
    "/connections/<key>",
    act="connections.edit",
    answers={200: Connection},
    if_match=True,
    etag=True,
)
def update_connection(path: ConnectionPath, body: ConnectionFields) -> Response:
    """Changes everything but the credentials, and where these go."""
    revision = revision_of(path.key)
    setup.update_connection(world(), caller(), path.key, revision, body.model_dump())
    return shown(path.key)


@resource.put(
    "/connections/<key>/credentials",
    act="connections.edit",
    key_act=True,
    answers={200: Connection},
    if_match=True,
    etag=True,
)
def update_credentials(path: ConnectionPath, body: CredentialsBody) -> Response:
    """New credentials; tokens got with the old ones are forgotten."""
    revision = revision_of(path.key)
    setup.update_credentials(world(), caller(), path.key, revision, body.credentials, body.settings)
    return shown(path.key)


@resource.post(
    "/connections/<key>/pause",
    act="connections.edit",
    answers={200: Connection},
    if_match=True,
    etag=True,
)
def pause_connection(path: ConnectionPath) -> Response:
    """No calls and no pushes until it is resumed; effects wait."""
    setup.set_connection_status(world(), caller(), path.key, revision_of(path.key), "paused")
    return shown(path.key)


@resource.post(
    "/connections/<key>/resume",
    act="connections.edit",
    answers={200: Connection},
    if_match=True,
    etag=True,
)
def resume_connection(path: ConnectionPath) -> Response:
    """Lets a paused connection go on, and closes an open circuit."""
    setup.set_connection_status(world(), caller(), path.key, revision_of(path.key), "active")
    return shown(path.key)


@resource.delete(
    "/connections/<key>",
    act="connections.edit",
    key_act=True,
    answers={204: None},
    if_match=True,
)
def remove_connection(path: ConnectionPath) -> Response:
    """Takes a connection away and forgets its secrets."""
    setup.set_connection_status(world(), caller(), path.key, revision_of(path.key), "removed")
    return answer(status=204)


@resource.post("/connections/<key>/test", act="connections.edit", answers={200: Tested})
def try_connection(path: ConnectionPath) -> Response:
    """Tries the credentials with the platform; 422 says what it answered."""
    words = test_connection(world(), tenant(), path.key)
    return answer({"message": say(words, locale()), "words": words})


@resource.get("/connections/<key>/health", act="connections.read", answers={200: Health})
def read_health(path: ConnectionPath) -> Response:
    """How a connection is: failures, circuit, what waits."""
    row, _ = read_connection(world(), tenant(), path.key)
    with world().db.reading() as conn:
        waiting = effect_store.waiting_for(conn, tenant(), path.key)
    own = {name: getattr(row, name) for name in Health.model_fields if hasattr(row, name)}
    own["last_error"] = redact(row.last_error) if row.last_error else None
    return answer(Health(**own, state=state_of(row), waiting=waiting))


def state_of(row: Any) -> State:
    """How a connection is now, in a word."""
    if row.status == "paused":
        return "paused"
    if row.open_until is not None and row.open_until > world().now():
        return "open"
    if row.failures:
        return "failing"
    return "ok" if row.last_ok_at else "unused"
