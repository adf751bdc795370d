"""Files of orders: imported as a job, exported as a download."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from pydantic import Field

from api.connections import ConnectionPath
from api.context import caller, settings, tenant, world
from api.jobs import StartedJob, started
from api.resource import Model, Resource
from engine.core.errors import InvalidInput, Problem
from engine.core.text import text
from engine.runtime import imports

resource = Resource("order-files", text("订单文件", "Files of orders in and out"))

_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
            "text/csv": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


class ExportQuery(Model):
    """Which orders."""

    platform: str | None = Field(None, pattern=r"^[a-z][a-z0-9_]{0,39}$")


@resource.post(
    "/connections/<key>/import",
    act="events.write",
    answers={202: StartedJob},
    content=("multipart/form-data", "text/csv"),
    max_bytes=imports.MOST_BYTES + 2**20,
    document=_FILE,
)
def import_orders(path: ConnectionPath) -> Response:
    """Imports a file of orders by a connection of csv_file; the job tells the bad lines."""
    imports.mapping_of(world(), tenant(), path.key)  # refused before anything is kept
    if request.mimetype == "text/csv":
        stream: Any = request.stream
    else:
        sent = request.files.get("file")
        if sent is None:
            message = text("请上传名为 file 的文件", "send the file as the part named file")
            raise InvalidInput(message, [Problem("/file", message, "missing")])
        stream = sent.stream
    with imports.upload(settings().data_dir, stream) as kept:
        return started(imports.start_import(world(), caller(), path.key, kept))


@resource.get("/connections/<key>/export", act="connections.edit", answers={200: "text/csv"})
def export_orders(path: ConnectionPath, query: ExportQuery) -> Response:
    """The newest state of stored orders with the connection's columns. It is noted who took it."""
    pieces = imports.export_orders(world(), tenant(), path.key, platform=query.platform)
    with world().db.begin() as conn:
        caller().note(conn, world().now(), "events.export", f"connection:{path.key}")
    response = Response(pieces, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="orders-{path.key}.csv"'
    return response
