"""The OpenAPI 3.1 document, made from what the endpoints declare.

flask-openapi3 collects paths and tags; schemas are put in here as pydantic makes them (its own
model of a schema drops what it does not know), and so are the parts every endpoint shares: headers,
security and problems.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Literal

from flask import Flask, current_app
from pydantic.json_schema import models_json_schema

from api.context import KEY
from api.errors import MEDIA_TYPE, ProblemDocument
from api.examples import example_of
from api.resource import PERSON, PUBLIC, Access, Resource, resources
from engine.core.text import say
from engine.runtime.roles import ACTS

SECURITY: dict[str, Any] = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "jimu_<id>_<secret>",
        "description": "An API key of a machine.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "jimu",
        "description": "A person's session (`__Host-jimu` under HTTPS): POST /api/v1/auth/login.",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRF-Token",
        "description": "The session's token, for every method that writes.",
    },
}
_REFERENCE = "#/components/schemas/{model}"
_PROBLEM = {"$ref": "#/components/schemas/ProblemDocument"}
_EXAMPLE = {
    "type": "urn:jimu:problem:invalid",
    "title": "提交的内容有误",
    "status": 422,
    "detail": "提交的内容有误",
    "code": "invalid",
    "problems": [
        {
            "path": "/name",
            "message": "is required",
            "message_zh": "必填",
            "code": "missing",
            "level": "error",
            "node": None,
        }
    ],
    "instance": "urn:jimu:request:5f0c2c1d9e7a4b36",
}
_HEADERS: Mapping[str, Mapping[str, Any]] = {
    "Idempotency-Key": {
        "description": "Sent again within a day, the same write gets its first answer.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
        "example": "order-20261111-0001",
    },
    "If-Match": {
        "description": "The ETag that was read, or * for whatever is there.",
        "schema": {"type": "string", "pattern": r'^(\*|"r[0-9]{1,9}")$'},
        "example": '"r3"',
    },
}

Mode = Literal["validation", "serialization"]


def build() -> dict[str, Any]:
    """The document of the current application, made once."""
    app = current_app
    kept = app.extensions.get(f"{KEY}.openapi")
    if kept is None:
        kept = app.extensions[f"{KEY}.openapi"] = _build(app)
    return kept


def _build(app: Flask) -> dict[str, Any]:
    found = copy.deepcopy(app.api_doc)  # type: ignore[attr-defined]
    names, schemas = _schemas(resources())
    for resource in resources():
        for access in resource.accesses:
            prefix = resource.blueprint.url_prefix or ""
            path = prefix + re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", access.rule)
            _complete(found["paths"][path][access.method.lower()], access, names, schemas)
    found["components"] = {
        "schemas": _used(found["paths"], schemas),
        "securitySchemes": SECURITY,
    }
    found["paths"] = dict(sorted(found["paths"].items()))
    found["servers"] = [{"url": "/"}]
    return found  # type: ignore[no-any-return]


def _used(paths: Any, schemas: Mapping[str, Any]) -> dict[str, Any]:
    """The schemas something points to, by name."""
    names: set[str] = set()
    waiting = [paths]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            reference = value.get("$ref")
            if isinstance(reference, str) and reference.startswith("#/components/schemas/"):
                name = reference.rpartition("/")[2]
                if name not in names:
                    names.add(name)
                    waiting.append(schemas[name])
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return {name: schemas[name] for name in sorted(names)}


def _schemas(
    all_: list[Resource],
) -> tuple[dict[tuple[Any, Mode], dict[str, Any]], dict[str, Any]]:
    """References by (model, mode), and the schemas they point to."""
    wanted: dict[tuple[Any, Mode], None] = {(ProblemDocument, "serialization"): None}
    for resource in all_:
        for access in resource.accesses:
            for model in access.models.values():
                wanted[model, "validation"] = None
            for answer in access.answers.values():
                if isinstance(answer, type):
                    wanted[answer, "serialization"] = None
    references, made = models_json_schema(list(wanted), ref_template=_REFERENCE)
    # Names of generic models hold brackets, which a reference must not.
    clean = {name: re.sub(r"[^\w.\-]+", "_", name).strip("_") for name in made.get("$defs", {})}

    def renamed(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: (
                    _REFERENCE.format(model=clean[one.rpartition("/")[2]])
                    if key == "$ref" and isinstance(one, str)
                    else renamed(one)
                )
                for key, one in value.items()
            }
        if isinstance(value, list):
            return [renamed(one) for one in value]
        return value

    schemas = {clean[name]: renamed(schema) for name, schema in made.get("$defs", {}).items()}
    return {key: renamed(value) for key, value in references.items()}, schemas


def _complete(
    operation: dict[str, Any],
    access: Access,
    names: Mapping[tuple[Any, Mode], dict[str, Any]],
    schemas: Mapping[str, Any],
) -> None:
    """Puts into an operation what its declaration says."""
    operation["parameters"] = [
        parameter
        for place in ("path", "query")
        if place in access.models
        for parameter in _parameters(place, names[access.models[place], "validation"], schemas)
    ] + _header_parameters(access)
    if "body" in access.models:
        reference = names[access.models["body"], "validation"]
        operation["requestBody"] = {
            "required": True,
            "content": {
                kind: {"schema": reference, "example": example_of(reference, schemas)}
                for kind in access.content
            },
        }
    operation["responses"] = _responses(access, names, schemas)
    operation["security"] = _security(access)
    operation.setdefault("description", "")
    if access.act in ACTS:
        said = ACTS[access.act]
        operation["description"] += (
            f"\n\nAct: `{access.act}` ({say(said, 'en')} · {say(said, 'zh')})."
        )
        operation["x-act"] = access.act
    if access.key_act:
        operation["description"] += "\n\nKey act: needs a second factor given just before."
        operation["x-key-act"] = True
    operation["description"] = operation["description"].strip() or operation["summary"]
    operation.update(access.document)


def _parameters(
    place: str, reference: Mapping[str, Any], schemas: Mapping[str, Any]
) -> list[dict[str, Any]]:
    schema = schemas[reference["$ref"].rpartition("/")[2]]
    found = []
    for name, inner in schema.get("properties", {}).items():
        one: dict[str, Any] = {
            "name": name,
            "in": place,
            "required": place == "path" or name in schema.get("required", ()),
            "schema": _sent(inner),
        }
        if "description" in inner:
            one["description"] = inner["description"]
        found.append(one)
    return found


def _sent(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A parameter that is not there is left out: nobody can send null in an address."""
    found = {key: value for key, value in schema.items() if key not in ("title", "description")}
    if found.get("default", ...) is None:
        del found["default"]
    choices = [one for one in found.pop("anyOf", ()) if one.get("type") != "null"]
    if len(choices) == 1:
        found |= choices[0]
    elif choices:
        found["anyOf"] = choices
    return found


def _header_parameters(access: Access) -> list[dict[str, Any]]:
    found = []
    if access.if_match:
        found.append({"name": "If-Match", "in": "header", "required": True, **_HEADERS["If-Match"]})
    if access.is_write and access.act != PUBLIC:
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                **_HEADERS["Idempotency-Key"],
            }
        )
    return found


def _responses(
    access: Access,
    names: Mapping[tuple[Any, Mode], dict[str, Any]],
    schemas: Mapping[str, Any],
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, answer in access.answers.items():
        one: dict[str, Any] = {"description": HTTPStatus(status).phrase}
        if isinstance(answer, str):
            schema = {} if answer in ("application/json", "*/*") else {"type": "string"}
            one["content"] = {answer: {"schema": schema}}
        elif answer is not None:
            reference = names[answer, "serialization"]
            one["content"] = {
                "application/json": {
                    "schema": reference,
                    "example": example_of(reference, schemas),
                }
            }
        if access.etag and status in (200, 201):
            one["headers"] = {
                "ETag": {"description": "The revision, for If-Match", "schema": {"type": "string"}}
            }
        found[str(status)] = one
    for status in sorted(problem_statuses(access)):
        content: dict[str, Any] = {"schema": _PROBLEM}
        if status == 422:
            content["example"] = _EXAMPLE
        found[str(status)] = {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: content},
        }
    return found


def problem_statuses(access: Access) -> set[int]:
    """The statuses of problems an endpoint may answer with."""
    found = {422, 429, 503, *access.problems}
    if access.act != PUBLIC:
        found |= {401, 403}
    if "path" in access.models or access.is_write:
        found.add(404)
    if access.is_write:
        found |= {400, 409, 413}
        if access.act == PUBLIC:
            found.add(403)
        if "body" in access.models or access.content != ("application/json",):
            found.add(415)
    if access.if_match:
        found |= {412, 428}
    return found - access.answers.keys()


def _security(access: Access) -> list[dict[str, list[str]]]:
    if access.act == PUBLIC:
        return []
    people: dict[str, list[str]] = {"session": []}
    if access.is_write:
        people["csrf"] = []
    if access.act == PERSON or access.key_act:
        return [people]
    return [{"key": []}, people]
