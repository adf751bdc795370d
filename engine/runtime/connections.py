"""Connections in use: opens the link to an outside system, calls its actions."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import orjson
import structlog
from pydantic import ValidationError

import connectors
from engine.core.connector import Action, Call, ConnectorType, Link
from engine.core.effect import stricter
from engine.core.errors import GiveUp, NoAnswer, NotFound, RetryLater, StepError
from engine.core.flow import problems_of
from engine.core.text import Text, text
from engine.runtime.world import World
from engine.store import connections as connection_store
from engine.store.db import DatabaseFault

log = structlog.get_logger(__name__)
KEPT_LINKS = 200
CALLS_FOR = 60.0  # seconds in which calls are begun; then a slow platform's others go back


class NotBegun(RetryLater):
    """The time was up before this call's turn came: nothing was sent, and it is no attempt."""

    code = "not_begun"


class StoredTokens:
    """A connection's tokens: sealed in the store, shared by all workers."""

    def __init__(self, world: World, row: Any) -> None:
        self._world, self._row = world, row

    def _about(self, name: str) -> str:
        return f"{self._row.tenant}/{self._row.id}/token/{name}"

    def get(self, name: str) -> str | None:
        with self._world.db.reading() as conn:
            held = connection_store.find_token(conn, self._row.tenant, self._row.id, name)
        if held is None or held.until <= self._world.now():
            return None
        return self._world.vault.open(held.sealed, self._about(name))

    def put(self, name: str, value: str, lasts_for: timedelta) -> None:
        with self._world.db.begin() as conn:
            connection_store.put_token(
                conn,
                {
                    "connection_id": self._row.id,
                    "name": name,
                    "tenant": self._row.tenant,
                    "sealed": self._world.vault.seal(value, self._about(name)),
                    "until": self._world.now() + lasts_for,
                },
            )

    def drop(self, name: str) -> None:
        with self._world.db.begin() as conn:
            connection_store.drop_token(conn, self._row.tenant, self._row.id, name)


def read_connection(world: World, tenant: str, key: str) -> tuple[Any, ConnectorType]:
    """A connection's row and its connector; NotFound otherwise."""
    with world.db.looking() as conn:
        row = connection_store.find_connection(conn, tenant, key)
    connector = world.registry.connectors.get(row.connector) if row else None
    if row is None or connector is None:
        raise NotFound(text(f"没有编号为 {key} 的对接", f"there is no connection {key}"))
    return row, connector


def kept_connection(
    world: World, tenant: str, key: str, generation: int
) -> tuple[Any, ConnectorType]:
    """The same as of the tenant's generation, which rises when a connection is set up otherwise.

    How well it works (health, circuit) is as of when it was read.
    """
    held = world.memory.connections.get(tenant)
    if held is None or held[0] != generation:
        held = world.memory.connections[tenant] = (generation, {})
    found = held[1].get(key)
    if found is None:
        found = held[1][key] = read_connection(world, tenant, key)
    return found


def seal_credentials(world: World, tenant: str, id_: str, credentials: Mapping[str, Any]) -> str:
    return world.vault.seal(orjson.dumps(dict(credentials)).decode(), f"{tenant}/{id_}/credentials")


def open_credentials(world: World, row: Any) -> dict[str, Any]:
    if not row.credentials:
        return {}
    found: dict[str, Any] = orjson.loads(
        world.vault.open(row.credentials, f"{row.tenant}/{row.id}/credentials")
    )
    return found


def open_link(world: World, row: Any, connector: ConnectorType) -> Link:
    """The connection as its connector's functions may use it."""
    return Link(
        key=row.key,
        credentials=connector.credentials.model_validate(open_credentials(world, row)),
        settings=connector.settings.model_validate(row.settings or {}),
        tokens=StoredTokens(world, row),
        client=connectors.http_client(connector.limits, world.allowed_private_hosts),
        now=world.clock,
        allowed_private_hosts=world.allowed_private_hosts,
    )


class LiveCaller:
    """Calls the platforms themselves. One link per connection and revision is kept open."""

    def __init__(self) -> None:
        self._links: OrderedDict[tuple[str, str, int], Link] = OrderedDict()
        self._lock = threading.Lock()

    def call(
        self, world: World, tenant: str, connection: str, action: str, effects: Sequence[Any]
    ) -> list[Any]:
        """An output or a StepError for each effect row, in order; never raises for a platform."""
        connector, wanted, link = self._prepare(world, tenant, connection, action)
        found: list[Any] = [None] * len(effects)
        calls: list[tuple[int, Call]] = []
        for index, effect in enumerate(effects):
            try:
                args = wanted.input.model_validate(effect.args)
                calls.append((index, Call(args, effect.key, effect.attempts)))
            except ValidationError as error:
                found[index] = GiveUp(_first_problem(error), "bad_arguments")
        answers = _run(link, connector, wanted, [call for _, call in calls])
        for (index, _), answer in zip(calls, answers, strict=True):
            if isinstance(answer, Exception) and not isinstance(answer, StepError):
                answer = fault_of(stricter(effects[index].effect_class, wanted.effect_class))
            found[index] = answer
        return found

    def _prepare(
        self, world: World, tenant: str, connection: str, action: str
    ) -> tuple[ConnectorType, Action, Link]:
        """What a call needs before anything leaves: whatever goes wrong here, nothing was sent."""
        try:
            row, connector = self._route(world, tenant, connection)
            wanted = connector.action(action)
            if wanted is None:
                kind = connector.type
                raise GiveUp(
                    text(f"{kind} 没有操作 {action}", f"{kind} has no {action}"), "no_action"
                )
            return connector, wanted, self.link(world, row, connector)
        except StepError:
            raise
        except DatabaseFault as fault:
            raise RetryLater(
                text("数据库暂时没有响应", "the database does not answer now")
            ) from fault
        except NotFound as fault:
            raise GiveUp(fault.message, "no_connection") from fault
        except Exception as fault:
            log.error("connection cannot be opened", connection=connection, exc_info=fault)
            said = text("平台对接的设置无法使用", "the connection's settings cannot be used")
            raise GiveUp(said, "bad_connection") from fault

    def _route(self, world: World, tenant: str, key: str) -> tuple[Any, ConnectorType]:
        """The connection, or its backup while its circuit is open."""
        row, connector = read_connection(world, tenant, key)
        if row.backup and row.open_until and row.open_until > world.now():
            return read_connection(world, tenant, row.backup)
        return row, connector

    def link(self, world: World, row: Any, connector: ConnectorType) -> Link:
        slot = (row.tenant, row.key, row.revision)
        with self._lock:
            if slot not in self._links:
                self._links[slot] = open_link(world, row, connector)
                # Not closed here: another thread may be in the middle of a call on it.
                while len(self._links) > KEPT_LINKS:
                    self._links.popitem(last=False)
            self._links.move_to_end(slot)
            return self._links[slot]


def kept_link(world: World, row: Any, connector: ConnectorType) -> Link:
    """The link that is open for this connection already, else a new one."""
    if isinstance(world.caller, LiveCaller):
        return world.caller.link(world, row, connector)
    return open_link(world, row, connector)


def _run(link: Link, connector: ConnectorType, action: Action, calls: Sequence[Call]) -> list[Any]:
    """An output or an exception for each call; a connector's own fault spoils no other call."""
    until = time.monotonic() + CALLS_FOR
    if action.run_many is not None and action.batch > 1:
        found: list[Any] = []
        for start in range(0, len(calls), action.batch):
            part = calls[start : start + action.batch]
            if time.monotonic() >= until:
                found.extend([not_begun()] * len(part))
                continue
            try:
                answers = list(action.run_many(link, part))
                if len(answers) != len(part):
                    raise RuntimeError(f"{len(answers)} answers for {len(part)} calls")
                found.extend(answers)
            except StepError as error:
                found.extend([error] * len(part))
            except Exception as error:
                log.error("connector fault", connection=link.key, action=action.key, exc_info=error)
                found.extend([error] * len(part))
        return found
    if len(calls) == 1:
        return [_one(link, action, calls[0], until)]
    with ThreadPoolExecutor(max(1, connector.limits.concurrent)) as pool:
        return list(pool.map(lambda call: _one(link, action, call, until), calls))


def _one(link: Link, action: Action, call: Call, until: float) -> Any:
    if time.monotonic() >= until:
        return not_begun()
    try:
        return action.run(link, call)
    except StepError as error:
        return error
    except Exception as error:
        log.error("connector fault", connection=link.key, action=action.key, exc_info=error)
        return error


def not_begun() -> NotBegun:
    return NotBegun(text("还没轮到发送", "its turn has not come yet"))


def fault_of(effect_class: str) -> StepError:
    """What a connector's own fault means for a call of this class.

    Nobody knows whether it had left by then: where that matters, it counts as sent without answer.
    """
    said = text("连接器内部出错", "the connector has an internal fault")
    if effect_class in ("pure", "read"):
        return GiveUp(said, "internal")
    return NoAnswer(said, "internal")


def _first_problem(error: ValidationError) -> Text:
    problem = problems_of(error)[0]
    return text(
        f"参数 {problem.path} {problem.message['zh']}",
        f"argument {problem.path} {problem.message['en']}",
    )


def test_connection(world: World, tenant: str, key: str) -> Text:
    """Tries the credentials; raises GiveUp or RetryLater with what is wrong."""
    row, connector = read_connection(world, tenant, key)
    said = connector.test(open_link(world, row, connector))
    with world.db.begin() as conn:
        connection_store.note_health(
            conn, tenant, key, {"last_ok_at": world.now(), "failures": 0, "open_until": None}
        )
    return said
