"""Connections as people set them up: made, changed, paused, removed; records they look through.

Secrets go in and never come out: a secret field left out or null keeps what is stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError

from engine.core.connector import ConnectorType
from engine.core.errors import Conflict, InvalidInput, NotFound, Problem, Stale
from engine.core.event import read_event
from engine.core.flow import problems_of
from engine.core.ids import new_id
from engine.core.text import text
from engine.runtime.connections import open_credentials, read_connection, seal_credentials
from engine.runtime.inbox import Received, receive
from engine.runtime.principal import Principal
from engine.runtime.world import World
from engine.store import connections as connection_store
from engine.store import flows as flow_store
from engine.store.db import Connection

OWN = ("name", "sync_mode", "on_bad_record", "rate", "backup")


def create_connection(world: World, who: Principal, values: Mapping[str, Any]) -> Any:
    """A new connection: key, connector, name, credentials, settings and the rest of OWN.

    Conflict when the key is taken; InvalidInput with paths under /credentials and /settings.
    """
    connector = _connector(world, values["connector"])
    now = world.now()
    id_ = new_id("con", now)
    credentials = _credentials(connector, values.get("credentials") or {}, {})
    settings = _settings(connector, values.get("settings") or {})
    with world.db.begin() as conn:
        # Locks the tenant, so that of two with one key the second is told.
        flow_store.lock_tenant(conn, who.tenant)
        if connection_store.key_is_taken(conn, who.tenant, values["key"]):
            message = text("编号已被使用", "is taken")
            raise Conflict(
                text(f"已有编号为 {values['key']} 的对接", "there is such a connection already"),
                [Problem("/key", message, "taken")],
            )
        _check_backup(conn, who.tenant, values["key"], connector, values.get("backup"))
        connection_store.insert_connection(
            conn,
            {
                "id": id_,
                "tenant": who.tenant,
                "key": values["key"],
                "connector": connector.type,
                **{name: values[name] for name in OWN},
                "credentials": seal_credentials(world, who.tenant, id_, credentials),
                "settings": settings,
                "status": "active",
                "revision": 1,
                "failures": 0,
                "created_at": now,
                "updated_at": now,
            },
        )
        flow_store.bump(conn, who.tenant)
        _note(world, conn, who, values["key"], {"created": True, "connector": connector.type})
        return connection_store.find_connection(conn, who.tenant, values["key"])


def update_connection(
    world: World, who: Principal, key: str, revision: int, values: Mapping[str, Any]
) -> Any:
    """Changes name, settings and the rest of OWN; Stale when somebody was faster."""
    row, connector = read_connection(world, who.tenant, key)
    settings = _settings(connector, values.get("settings") or {})
    elsewhere = _elsewhere(connector, row.settings, settings)
    if elsewhere and _holds_secrets(connector, open_credentials(world, row)):
        message = text(
            "已保存的密钥只发往原来的地址。要改地址，请在“凭证”页连同新地址一起重新填写凭证",
            "what is secret goes only where it was entered for: change this together with the "
            "credentials, which are entered anew",
        )
        raise InvalidInput(
            message,
            [Problem(f"/settings/{name}", message, "credentials_again") for name in elsewhere],
        )
    with world.db.begin() as conn:
        _check_backup(conn, who.tenant, key, connector, values.get("backup"))
        changed = {
            **{name: values[name] for name in OWN},
            "settings": settings,
            "updated_at": world.now(),
        }
        return _save(world, conn, who, row, revision, changed, {"changed": sorted(changed)})


def update_credentials(
    world: World,
    who: Principal,
    key: str,
    revision: int,
    given: Mapping[str, Any],
    settings: Mapping[str, Any] | None = None,
) -> Any:
    """New credentials; tokens got with the old ones are forgotten, the circuit is closed.

    With `settings` these are changed as well. Where they lead secrets elsewhere, none that is
    stored goes along: all are given anew.
    """
    row, connector = read_connection(world, who.tenant, key)
    wanted = row.settings if settings is None else _settings(connector, settings)
    held = open_credentials(world, row)
    if _elsewhere(connector, row.settings, wanted):
        held = {}
    credentials = _credentials(connector, given, held)
    changed = {
        "settings": wanted,
        "credentials": seal_credentials(world, who.tenant, row.id, credentials),
        "failures": 0,
        "open_until": None,
        "updated_at": world.now(),
    }
    with world.db.begin() as conn:
        connection_store.drop_tokens(conn, who.tenant, row.id)
        said: dict[str, Any] = {
            "credentials": sorted(name for name, value in given.items() if value is not None)
        }
        if wanted != row.settings:
            said["changed"] = ["settings"]
        return _save(world, conn, who, row, revision, changed, said)


def set_connection_status(
    world: World, who: Principal, key: str, revision: int, status: str
) -> Any:
    """Pauses a connection, lets it go on, or removes it (its secrets are forgotten)."""
    row, _ = read_connection(world, who.tenant, key)
    changed: dict[str, Any] = {"status": status, "updated_at": world.now()}
    if status == "active":
        changed |= {"failures": 0, "open_until": None}
    if status == "removed":
        # The key may be used again: the old row steps aside.
        changed |= {"credentials": None, "key": f"{key}:{row.id}"}
    with world.db.begin() as conn:
        if status == "removed":
            connection_store.drop_tokens(conn, who.tenant, row.id)
        found = _save(world, conn, who, row, revision, changed, {"status": status})
    world.queue.wake("outbox")
    return found


def shown_credentials(world: World, row: Any, connector: ConnectorType) -> dict[str, Any]:
    """Credentials as they may be shown: a secret is "set" or null, the rest as it is."""
    held = open_credentials(world, row)
    secret = secret_names(connector.credentials)
    return {
        name: ("set" if held.get(name) else None) if name in secret else held.get(name)
        for name in connector.credentials.model_fields
    }


def secret_names(form: type[BaseModel]) -> frozenset[str]:
    """The fields of a form whose values are never shown."""
    return frozenset(
        name
        for name, schema in form.model_json_schema().get("properties", {}).items()
        if schema.get("x-widget") == "secret"
        or schema.get("writeOnly")
        or SecretStr in getattr(form.model_fields[name].annotation, "__args__", ())
    )


def _connector(world: World, type_: str) -> ConnectorType:
    found = world.registry.connectors.get(type_)
    if found is None:
        message = text(f"没有 {type_} 这种平台对接", f"there is no connector {type_}")
        raise InvalidInput(message, [Problem("/connector", message, "unknown")])
    return found


def _credentials(
    connector: ConnectorType, given: Mapping[str, Any], held: Mapping[str, Any]
) -> dict[str, Any]:
    """Credentials as they are stored: what is given, secrets left out as they were."""
    secret = secret_names(connector.credentials)
    kept = {name: held[name] for name in secret if held.get(name) is not None}
    wanted = {name: value for name, value in given.items() if value is not None}
    return _plain(_read(connector.credentials, {**kept, **wanted}, "/credentials"))


def _elsewhere(
    connector: ConnectorType, old: Mapping[str, Any], new: Mapping[str, Any]
) -> list[str]:
    """Settings by which what is secret would go elsewhere than before."""
    shapes = connector.settings.model_json_schema().get("properties", {})
    # A setting that came with a later version stands at its default.
    before = {name: shape.get("default") for name, shape in shapes.items()} | dict(old)
    return [
        name
        for name, shape in shapes.items()
        if shape.get("x-where-secrets-go") and before.get(name) != new.get(name)
    ]


def _holds_secrets(connector: ConnectorType, held: Mapping[str, Any]) -> bool:
    return any(held.get(name) for name in secret_names(connector.credentials))


def _settings(connector: ConnectorType, given: Mapping[str, Any]) -> dict[str, Any]:
    return _read(connector.settings, given, "/settings").model_dump(mode="json")


def _read(form: type[BaseModel], values: Mapping[str, Any], under: str) -> BaseModel:
    try:
        return form.model_validate(values)
    except ValidationError as error:
        raise InvalidInput(
            text("填写的内容有误", "what is filled in is not valid"), problems_of(error, under)
        ) from None


def _plain(model: BaseModel) -> dict[str, Any]:
    """A form's values as JSON, secrets in the open: only to be sealed."""
    found = model.model_dump(mode="json")
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, SecretStr):
            found[name] = value.get_secret_value()
    return found


def _check_backup(
    conn: Connection, tenant: str, key: str, connector: ConnectorType, backup: str | None
) -> None:
    if backup is None:
        return
    other = connection_store.find_connection(conn, tenant, backup)
    if other is None or other.key == key or other.connector != connector.type:
        message = text(
            "备用对接应为另一个同类型的对接", "must be another connection of the same connector"
        )
        raise InvalidInput(message, [Problem("/backup", message, "backup")])


def _save(
    world: World,
    conn: Connection,
    who: Principal,
    row: Any,
    revision: int,
    changed: Mapping[str, Any],
    said: Mapping[str, Any],
) -> Any:
    if not connection_store.save_connection(conn, who.tenant, row.key, revision, changed):
        raise Stale(
            text("内容已被他人修改，请重新读取", "somebody has changed it meanwhile: read it again")
        )
    flow_store.bump(conn, who.tenant)
    _note(world, conn, who, row.key, said)
    return connection_store.find_connection(conn, who.tenant, row.key)


def _note(world: World, conn: Connection, who: Principal, key: str, detail: Any) -> None:
    who.note(conn, world.now(), "connections.edit", f"connection:{key}", detail)


# -- records to look through -----------------------------------------------------------------------


def list_review(
    world: World, tenant: str, key: str, *, status: str, before: str | None, limit: int
) -> list[Any]:
    """Records this connection brought and could not translate, newest first."""
    read_connection(world, tenant, key)
    with world.db.reading() as conn:
        return connection_store.list_review(
            conn, tenant, key, status=status, before=before, limit=limit
        )


def close_review(world: World, who: Principal, key: str, id_: str) -> None:
    """Marks a record as dealt with; Conflict when it is already."""
    with world.db.begin() as conn:
        _review(conn, who.tenant, key, id_)
        if not connection_store.close_review(conn, who.tenant, id_):
            raise Conflict(text("这条记录已处理", "the record is dealt with already"))
        _note(world, conn, who, key, {"review": id_, "did": "close"})


def replay_review(
    world: World, who: Principal, key: str, id_: str, document: Mapping[str, Any]
) -> Received:
    """The record as a person put it right: received as an event of this connection, and closed.

    The event keeps to the connection's own source, so that it cannot be another's.
    """
    with world.db.reading() as conn:
        row = _review(conn, who.tenant, key, id_)
    if row.status == "done":
        raise Conflict(text("这条记录已处理", "the record is dealt with already"))
    event = read_event({**document, "source": f"/connections/{key}/review"}, now=world.now())
    (received,) = receive(world, who.tenant, [event], connection=key)
    with world.db.begin() as conn:
        connection_store.close_review(conn, who.tenant, id_)
        _note(world, conn, who, key, {"review": id_, "did": "replay", "event": received.id})
    return received


def _review(conn: Connection, tenant: str, key: str, id_: str) -> Any:
    row = connection_store.find_review(conn, tenant, id_)
    if row is None or row.connection != key:
        raise NotFound(text("没有这条记录", "there is no such record"))
    return row
