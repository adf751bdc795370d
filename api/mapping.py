"""A connection's mapping, tried on a sample file or a record before it is saved."""

from __future__ import annotations

from typing import Any

from flask import Response, request
from pydantic import Field

from api.answers import answer
from api.context import world
from api.resource import Model, Resource, Shown, Words
from api.strict_json import check_json
from engine.core.errors import InvalidInput, Problem
from engine.core.event import Event
from engine.core.redact import redact
from engine.core.text import text
from engine.runtime import mapping_trial

resource = Resource("mapping", text("字段对照", "Mappings tried on a sample"))

MOST_BYTES = 2 * 2**20
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "mapping": {
                            "type": "string",
                            "description": "The mapping as JSON; without it only a suggestion",
                        },
                    },
                }
            }
        },
    }
}


class RecordBody(Model):
    """A body as the other side pushes it, and how to read it."""

    mapping: dict[str, Any]
    body: Any = Field(description="Plain JSON", examples=[{"tid": "1001", "payment": "99.00"}])


class TakenShown(Shown):
    """An event as it would be received."""

    id: str
    type: str
    subject: str
    time: str
    data: dict[str, Any]


class RefusedShown(Shown):
    """A row or record that would not be taken."""

    line: int = Field(description="Of the file, the header included; else which record")
    column: str
    reason: Words


class TrialShown(Shown):
    """What is in the sample and what becomes of it."""

    columns: list[str]
    rows: list[list[str]] = Field(description="The first rows as they stand in the file")
    suggested: dict[str, Any] | None = Field(description="A mapping by the columns' names")
    taken: list[TakenShown]
    refused: list[RefusedShown]


def show(found: mapping_trial.Trial) -> TrialShown:
    return TrialShown(
        columns=list(found.columns),
        rows=[list(row) for row in found.rows],
        suggested=dict(found.suggested) if found.suggested is not None else None,
        taken=[_taken(one) for one in found.taken],
        refused=[
            RefusedShown(line=one.line, column=one.column, reason=Words(**one.reason))
            for one in found.refused
        ],
    )


def _taken(event: Event) -> TakenShown:
    return TakenShown(
        id=event.id,
        type=event.type,
        subject=event.subject,
        time=event.time.isoformat(),
        data=redact(dict(event.data)),
    )


@resource.post(
    "/mapping/file",
    act="connections.edit",
    answers={200: TrialShown},
    content=("multipart/form-data",),
    max_bytes=MOST_BYTES,
    document=_FILE,
)
def try_file_mapping() -> Response:
    """What the first rows of a file of orders become; nothing is stored.

    Without a mapping the answer has the columns and what could be guessed from their names.
    """
    sent = request.files.get("file")
    if sent is None:
        message = text("请上传名为 file 的文件", "send the file as the part named file")
        raise InvalidInput(message, [Problem("/file", message, "missing")])
    given = request.form.get("mapping")
    mapping = None
    if given is not None:
        mapping = check_json(given.encode("utf-8", "replace"))
        if not isinstance(mapping, dict):
            message = text("应为对象", "must be an object")
            raise InvalidInput(message, [Problem("/mapping", message, "object_type")])
    return answer(show(mapping_trial.try_orders(sent.stream.read(), mapping)))


@resource.post("/mapping/record", act="connections.edit", answers={200: TrialShown})
def try_record_mapping(body: RecordBody) -> Response:
    """What a pushed body becomes by a mapping; nothing is stored."""
    return answer(show(mapping_trial.try_json(world(), body.body, body.mapping)))
