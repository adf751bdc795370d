"""Where a test run's events come from: handed over, a file, or past events of the installation.

A bad event is put down with its line and reason and does not stop the rest.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from connectors.csv_file.mapping import OrderMapping
from connectors.csv_file.reading import LineError, read_orders
from engine.core.errors import InvalidInput, NotFound, Problem
from engine.core.event_types import EVENT_TYPES
from engine.core.flow import problems_of
from engine.core.ids import first_id
from engine.core.text import text
from engine.runtime.imports import mapping_of
from engine.runtime.inbox import as_event
from engine.runtime.simulate.asked import File, Setup, Window
from engine.runtime.simulate.concerned import Concerned
from engine.runtime.simulate.documents import EACH, Taking, read_file, reading, refuse
from engine.runtime.simulate.feed import Feed, Tell
from engine.runtime.simulate.pace import settling_in
from engine.runtime.start import OWN_STARTS
from engine.runtime.world import World
from engine.store import scratch as store
from engine.store.db import Connection
from engine.store.event_types import list_own_types


def read_feed(world: World, conn: Connection, tenant: str, setup: Setup, tell: Tell) -> Feed:
    """The events a set-up names; `conn` is the snapshot of the installation."""
    own = {row.type: row.schema for row in list_own_types(conn, tenant)}
    feed = Feed(Concerned(world, settling_in(conn, tenant)))
    taking = Taking(own, setup.start or world.now())
    if setup.events is not None:
        for number, document in enumerate(setup.events, 1):
            taking.take(feed, number, document)
    elif setup.file is not None:
        path = Path(setup.file.path)
        if not path.is_file():
            raise NotFound(text("事件文件已不在", "the file of events is gone: send it again"))
        if setup.file.format == "csv":
            _read_table(world, tenant, setup.file, path, feed, tell)
        else:
            read_file(path, feed, taking, tell)
    elif setup.window is not None:
        _read_window(conn, tenant, setup.window, feed, tell)
    feed.sort(setup.start)
    return feed


def _read_table(world: World, tenant: str, file: File, path: Path, feed: Feed, tell: Tell) -> None:
    """Orders in a CSV file."""
    mapping = read_mapping(world, tenant, file)
    size = path.stat().st_size
    with path.open("rb") as stream:
        orders = read_orders(stream, mapping, source="/test-run/file", connection=file.connection)
        for number, found in enumerate(orders, 1):
            if isinstance(found, LineError):
                where = f"/{found.column}" if found.column else ""
                feed.refuse(found.line, found.reason, where)
            else:
                try:
                    feed.add(found)
                except InvalidInput as error:
                    refuse(feed, number, error)
            if number % EACH == 0:
                tell(stream.tell(), size, reading(feed))


def read_mapping(world: World, tenant: str, file: File) -> OrderMapping:
    """The mapping of a CSV file: its own or a connection's; InvalidInput without a fit one."""
    if file.mapping is not None:
        try:
            return OrderMapping.model_validate(file.mapping)
        except ValidationError as error:
            raise InvalidInput(
                text("列对照不可用", "the mapping cannot be used"),
                problems_of(error, "/file/mapping"),
            ) from None
    if file.connection is not None:
        return mapping_of(world, tenant, file.connection)
    said = text("CSV 文件需要列对照或对接", "a CSV file needs a mapping or a connection")
    raise InvalidInput(said, [Problem("/file/mapping", said)])


# -- the past --------------------------------------------------------------------------------------


def _read_window(conn: Connection, tenant: str, window: Window, feed: Feed, tell: Tell) -> None:
    """Events as they were received. What the system made itself is left out: it makes it again."""
    after = first_id("evt", window.since)
    until = first_id("evt", window.until)
    types = list(window.types) if window.types is not None else None
    while True:
        rows = store.events_between(conn, tenant, after, until, types=types)
        if not rows:
            return
        after = rows[-1].id
        for row in rows:
            if _happens_again(row):
                feed.left_out += 1
            elif len(feed) < window.most:
                feed.add(as_event(row), row.received_at)
            else:
                feed.is_cut = True
                return
        tell(len(feed), None, reading(feed))


def _happens_again(row: Any) -> bool:
    if row.source.startswith(OWN_STARTS):
        return bool(row.source == f"{OWN_STARTS}schedule")
    if row.source == "/flows":
        return True
    known = EVENT_TYPES.get(row.type)
    # What a run caused comes again if this test run's runs cause it.
    return bool(row.chain) or (row.source == "/jimu" and known is not None and known.internal)
