"""Files of orders in and out, as jobs: a person's way where no interface is to be had.

The uploaded file lies in the data folder until its job is over. Every event's id comes from the
order, so a job that is done again after a crash receives the same events.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from pydantic import ValidationError

from connectors.csv_file.mapping import OrderMapping
from connectors.csv_file.reading import LineError, Sums, read_orders
from connectors.csv_file.writing import write_orders
from engine.core.errors import Conflict, InvalidInput, NotFound, Problem, TooLarge
from engine.core.event import Event
from engine.core.flow import problems_of
from engine.core.text import text
from engine.runtime.connections import read_connection
from engine.runtime.inbox import as_event, receive
from engine.runtime.jobs import Progress, job_kind, start_job
from engine.runtime.principal import Principal
from engine.runtime.world import World
from engine.store import events as event_store

BATCH = 200
MOST_ERRORS = 1000
MOST_BYTES = 200 * 2**20
PAGE = 500
MOST_EXPORTED = 200_000
CHUNK = 2**20


def keep_upload(folder: Path, stream: IO[bytes], most: int = MOST_BYTES) -> str:
    """Stores an uploaded file, 0600, and returns its name; TooLarge leaves nothing behind."""
    folder = folder / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix="import-", suffix=".csv", dir=folder)
    size = 0
    try:
        with os.fdopen(handle, "wb") as kept:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > most:
                    raise TooLarge(
                        text(f"文件超过 {most >> 20} MB", f"the file has over {most >> 20} MB")
                    )
                kept.write(chunk)
        if not size:
            message = text("文件是空的", "the file is empty")
            raise InvalidInput(message, [Problem("/file", message, "empty")])
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return name


@contextmanager
def upload(folder: Path, stream: IO[bytes]) -> Iterator[str]:
    """An uploaded file's name, for whoever queues a job on it; it goes where that fails."""
    kept = keep_upload(folder, stream)
    try:
        yield kept
    except BaseException:
        Path(kept).unlink(missing_ok=True)
        raise


def start_import(world: World, who: Principal, key: str, path: str) -> str:
    """Queues the import of a kept file by a connection for files; returns the job's id."""
    mapping_of(world, who.tenant, key)
    job_id = start_job(
        world, who.tenant, "import_orders", {"connection": key, "path": path}, by=who.id
    )
    with world.db.begin() as conn:
        who.note(conn, world.now(), "events.write", f"connection:{key}", {"import": job_id})
    return job_id


def mapping_of(world: World, tenant: str, key: str) -> OrderMapping:
    """The column mapping of a connection for files; Conflict when it is for something else."""
    row, connector = read_connection(world, tenant, key)
    if connector.type != "csv_file":
        raise Conflict(
            text(f"{key} 不是订单文件的对接", f"{key} is no connection for files of orders")
        )
    try:
        settings: Any = connector.settings.model_validate(row.settings or {})
    except ValidationError as error:
        raise InvalidInput(
            text("列对照不可用", "the mapping cannot be used"), problems_of(error, "/settings")
        ) from None
    mapping: OrderMapping = settings.mapping
    return mapping


def drop_import(world: World, job: Any) -> None:
    """The file of an import that ended before it was done."""
    Path(job.args["path"]).unlink(missing_ok=True)


@job_kind("import_orders", dropped=drop_import)
def import_orders(world: World, job: Any, progress: Progress) -> dict[str, Any]:
    """Receives the orders of a file in batches; the file is deleted when the job is over.

    The result has the control sums, how many events were new, and the first bad lines.
    """
    key, path = job.args["connection"], Path(job.args["path"])
    try:
        mapping = mapping_of(world, job.tenant, key)
        if not path.is_file():
            raise NotFound(text("上传的文件已不在", "the uploaded file is gone: send it again"))
        with path.open("rb") as stream:
            return _import(world, job, progress, stream, path.stat().st_size, key, mapping)
    finally:
        path.unlink(missing_ok=True)


def _import(
    world: World,
    job: Any,
    progress: Progress,
    stream: IO[bytes],
    size: int,
    key: str,
    mapping: OrderMapping,
) -> dict[str, Any]:
    sums, refused, fresh = Sums(), 0, 0
    errors: list[dict[str, Any]] = []
    waiting: list[Event] = []

    def send() -> int:
        found = receive(world, job.tenant, waiting, connection=key) if waiting else []
        waiting.clear()
        progress(
            stream.tell(),
            size,
            text(
                f"已读 {sums.rows} 行，导入 {sums.orders} 个订单",
                f"{sums.rows} rows read, {sums.orders} orders taken",
            ),
        )
        return sum(one.is_new for one in found)

    for found in read_orders(stream, mapping, sums=sums, source=f"csv_file:{key}", connection=key):
        if isinstance(found, LineError):
            refused += 1
            if len(errors) < MOST_ERRORS:
                errors.append(
                    {
                        "line": found.line,
                        "column": found.column,
                        "order": found.order,
                        "message": found.reason,
                    }
                )
            continue
        waiting.append(found)
        if len(waiting) >= BATCH:
            fresh += send()
    fresh += send()
    return {**sums.as_json(), "new_events": fresh, "refused": refused, "errors": errors}


def export_orders(
    world: World, tenant: str, key: str, *, platform: str | None = None
) -> Iterator[bytes]:
    """The newest state of stored orders as a file with the mapping's columns, piece by piece.

    At most MOST_EXPORTED orders, newest first.
    """
    mapping = mapping_of(world, tenant, key)

    def pieces() -> Iterator[bytes]:
        with tempfile.TemporaryFile() as stream:
            write_orders(_orders(world, tenant, platform), mapping, stream)
            stream.seek(0)
            while chunk := stream.read(CHUNK):
                yield chunk

    return pieces()


def _orders(world: World, tenant: str, platform: str | None) -> Iterator[Event]:
    before, seen = None, set[tuple[str, str]]()
    while True:
        with world.db.reading() as conn:
            rows = event_store.list_orders(conn, tenant, before=before, limit=PAGE)
        if not rows:
            return
        before = rows[-1].id
        for row in rows:
            order = row.data.get("order") or {}
            name = (str(order.get("platform")), str(order.get("external_id")))
            if name in seen or (platform is not None and name[0] != platform):
                continue
            seen.add(name)
            yield as_event(row)
            if len(seen) >= MOST_EXPORTED:
                return
