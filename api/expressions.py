"""Preview of expressions: what conditions, expressions and texts of a step give on a sample."""

from __future__ import annotations

from typing import Any, Literal

from flask import Response
from pydantic import AwareDatetime, Field, JsonValue

from api.answers import answer
from api.context import tenant, world
from api.resource import Model, Resource, Shown
from api.schemas import SchemaPath
from engine.core.errors import NotFound
from engine.core.event_types import EVENT_TYPES
from engine.core.flow import Flow
from engine.core.preview import Seen, preview, typed_names
from engine.core.text import text
from engine.core.validate import schema_of_scope
from engine.runtime.publish import known

resource = Resource("expressions", text("公式与条件的预览", "Preview of expressions on a sample"))

MOST_TEXTS = 60


class Asked(Model):
    """One text or condition, by an id of the caller's."""

    id: str = Field(max_length=400, examples=["/condition"])
    kind: Literal["expression", "condition", "template"] = "expression"
    value: JsonValue = Field(description="The text; of a condition also its rows")


class PreviewBody(Model):
    """A step of a document, a sample of what it would read, and what is asked."""

    document: Flow
    node: str = Field(max_length=64, description="Id of the step", examples=["tag"])
    sample: dict[str, JsonValue] = Field(
        description="Names and values: event, its record, customer, steps, params, vars",
        examples=[{"order": {"amount": "620.00"}}],
    )
    now: AwareDatetime | None = Field(None, description="What $now is; nothing: the present")
    items: list[Asked] = Field(min_length=1, max_length=MOST_TEXTS)


class PreviewProblem(Shown):
    """Why there is no value."""

    path: str
    message: str
    message_zh: str
    code: str
    at: int | None = Field(description="Column in the text, from 0, where it is known")


class PreviewValue(Shown):
    """A value as it would stand in a text."""

    said: str
    kind: str | None = Field(description="number, text, boolean, time, list, record, null …")
    cut: bool = Field(description="The text is longer than what is shown")
    holds: bool | None = Field(description="Of a condition")
    problem: PreviewProblem | None


class PreviewRow(PreviewValue):
    """One row (its field's value) or group of a condition."""

    path: str = Field(examples=["/all/0"])


class PreviewItem(PreviewValue):
    """What one asked text came to."""

    id: str
    rows: list[PreviewRow]


class SampleEvent(Shown):
    """A CloudEvent's type and data."""

    type: str
    data: dict[str, Any]


class Previews(Shown):
    """The answers, in the order they were asked."""

    items: list[PreviewItem]


@resource.get("/schemas/<name>/sample", act="flows.read", answers={200: SampleEvent})
def read_sample_event(path: SchemaPath) -> Response:
    """An event of a type as it usually comes, with a customer behind it; 404 for own types."""
    found = EVENT_TYPES.get(path.name)
    if found is None:
        raise NotFound(text(f"没有 {path.name} 的样例", f"there is no sample of {path.name}"))
    return answer({"type": path.name, "data": found.sample})


@resource.post("/expressions/preview", act="flows.read", answers={200: Previews}, problems=(404,))
def preview_expressions(body: PreviewBody) -> Response:
    """Values of texts and conditions on a sample; nothing is kept and nothing is done."""
    with world().db.reading() as conn:
        offers = known(world(), conn, tenant())
    schema = schema_of_scope(body.document, body.node, world().registry, offers)
    sample = {"params": _defaults(body.document), "vars": {}, "steps": {}, **body.sample}
    names = typed_names(schema, sample)
    now = body.now or world().now()
    found = [_item(one.id, preview(one.kind, one.value, names, schema, now)) for one in body.items]
    return answer({"items": found})


def _defaults(document: Flow) -> dict[str, Any]:
    listed = document.params.get("properties") if isinstance(document.params, dict) else None
    return {
        name: one["default"]
        for name, one in (listed or {}).items()
        if isinstance(one, dict) and "default" in one
    }


def _item(id_: str, seen: Seen) -> dict[str, Any]:
    rows = [{"path": path, **_value(one)} for path, one in seen.rows]
    return {"id": id_, "rows": rows, **_value(seen)}


def _value(seen: Seen) -> dict[str, Any]:
    problem = seen.problem
    return {
        "said": seen.said,
        "kind": seen.kind,
        "cut": seen.is_cut,
        "holds": seen.holds,
        "problem": problem
        and {
            "path": problem.path,
            "message": problem.message["en"],
            "message_zh": problem.message["zh"],
            "code": problem.code,
            "at": seen.at,
        },
    }
