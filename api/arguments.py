"""Reads an endpoint's arguments: path, query and body against their pydantic models.

Problems point into what was sent: `/query/limit`, `/path/key`, and for a body the pointer into the
body itself (`/nodes/0/id`).
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeVar, Union, get_args, get_origin

from flask import request
from pydantic import BaseModel, ValidationError

from api.strict_json import check_json
from engine.core.errors import InvalidInput, Problem, TooLarge
from engine.core.text import text
from engine.core.wording import message_of

M = TypeVar("M", bound=BaseModel)
MOST_PROBLEMS = 50


def read_arguments(
    models: Mapping[str, type[BaseModel]], values: Mapping[str, Any]
) -> dict[str, Any]:
    """The arguments by name; InvalidInput with one problem for each that does not fit."""
    found: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, model in models.items():
        try:
            if name == "path":
                found[name] = model.model_validate(values)
            elif name == "query":
                found[name] = model.model_validate(_query(model))
            else:
                found[name] = read_body(model)
        except ValidationError as error:
            problems += as_problems(error, "" if name == "body" else f"/{name}")
    if problems:
        raise InvalidInput(text("提交的内容有误", "what was sent is not valid"), problems)
    return found


def read_body(model: type[M]) -> M:
    """The JSON body as a model: strict, so that "1" is no number."""
    raw = request.get_data()
    check_json(raw)
    return model.model_validate_json(raw, strict=True)


def refuse_query() -> None:
    """InvalidInput for a query where none is known. Platforms add their own to what is public."""
    problems = [
        Problem(pointer(["query", name]), text("没有这一项", "is not known"), "extra_forbidden")
        for name in list(request.args)[:MOST_PROBLEMS]
    ]
    if problems:
        raise InvalidInput(text("提交的内容有误", "what was sent is not valid"), problems)


def read_json() -> Any:
    """The JSON body as it is, for endpoints whose body no model describes."""
    return check_json(request.get_data())


def as_problems(error: ValidationError, root: str = "") -> list[Problem]:
    """What pydantic found, with JSON pointers and sentences in both languages."""
    return [
        Problem(root + pointer(one["loc"]), message_of(one), one["type"])
        for one in error.errors(include_url=False, include_input=False)[:MOST_PROBLEMS]
    ]


def pointer(parts: Iterable[Any]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def _query(model: type[BaseModel]) -> dict[str, Any]:
    lists = _list_names(model)
    found: dict[str, Any] = {}
    for name, values in request.args.lists():
        if name in lists:
            found[name] = values
        elif len(values) > 1:
            raise InvalidInput(
                text("参数重复", "a parameter is there twice"),
                [Problem(pointer(["query", name]), text("只能出现一次", "only once"), "twice")],
            )
        else:
            found[name] = values[0]
    if len(found) > 100:
        raise TooLarge(text("参数过多", "too many parameters"))
    return found


@lru_cache(maxsize=500)
def _list_names(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(
        field.alias or name
        for name, field in model.model_fields.items()
        if _is_list(field.annotation)
    )


def _is_list(kind: Any) -> bool:
    if get_origin(kind) in (Union, types.UnionType):
        return any(_is_list(one) for one in get_args(kind))
    return get_origin(kind) in (list, tuple, set, frozenset)
