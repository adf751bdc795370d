"""Texts with holes: `您好 {{ customer.name }}`, in the one expression language.

A config string that is exactly one hole gives the value itself, not its text; lists and objects are
filled at any depth. Between holes a text is taken as it is; `{{ "{{" }}` writes two braces.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from engine.core.errors import InvalidExpression
from engine.core.expression.compile import Compiled, Same, make
from engine.core.expression.errors import EvaluationError, invalid
from engine.core.expression.kinds import kind_of_tree
from engine.core.expression.lex import MAX_LENGTH, Token, check_text, tokens
from engine.core.expression.literals import CHINA, write_duration
from engine.core.expression.parse import parse_tokens
from engine.core.expression.reads import Path, reads
from engine.core.expression.schema import Schema, place
from engine.core.expression.values import aware, kind_of, plain
from engine.core.text import text

MAX_TEMPLATE = 65_536  # characters of one text
MAX_HOLES = 200
MAX_OUTPUT = 65_536  # bytes of one rendered text
MAX_DEPTH = 24
Part = str | Compiled


def compile_template(
    template: Any, *, schema: Schema | None = None, zone: tzinfo = CHINA
) -> Compiled:
    """A config value with holes as a function that fills them.

    A text gives a text (or, being one single hole, the hole's value); a list or object gives the
    same with every text in it filled; anything else stays. InvalidExpression with the column.
    """
    if isinstance(template, str):
        return _text(template, Same(schema), zone)
    return _nested(template, schema, zone, 1)


@lru_cache(maxsize=4_096)
def _text(source: str, schema: Same, zone: tzinfo) -> Compiled:
    parts = _parts(source, schema.value, zone)
    holes = [part for part in parts if isinstance(part, Compiled)]
    if len(parts) == 1 and holes:
        return holes[0]

    def fill(scope: Mapping[str, Any], now: datetime | None = None) -> str:
        return _fill(parts, scope, now, zone) if holes else source

    return _joined(source, fill, holes, "text")


def _parts(source: str, schema: Schema | None, zone: tzinfo) -> list[Part]:
    """The texts and holes in their order."""
    check_text(source, MAX_TEMPLATE)
    found: list[Part] = []
    at, holes = 0, 0
    while True:
        opened = source.find("{{", at)
        if opened < 0:
            break
        holes += 1
        if holes > MAX_HOLES:
            raise invalid(f"超过 {MAX_HOLES} 处 {{{{ }}}}", f"more than {MAX_HOLES} holes", opened)
        if opened > at:
            found.append(source[at:opened])
        read = list(tokens(source, opened + 2, closing=True))
        closed = read[-1].at
        if closed - opened > MAX_LENGTH:
            raise invalid(
                f"一处 {{{{ }}}} 超过 {MAX_LENGTH} 个字符",
                f"a hole is longer than {MAX_LENGTH} characters",
                opened,
            )
        if len(read) == 1:
            raise invalid("{{ }} 里没有内容", "there is nothing between {{ and }}", opened)
        found.append(_hole(read, source[opened + 2 : closed].strip(), schema, zone))
        at = closed + 2
    if at < len(source):
        found.append(source[at:])
    return found


def _hole(read: list[Token], written: str, schema: Schema | None, zone: tzinfo) -> Compiled:
    node = parse_tokens(read, zone)
    start = place(schema)
    seen = reads(node, start)
    return Compiled(
        text=written,
        evaluate=make(node, schema, zone, condition=False, source=written),
        paths=frozenset(seen.paths),
        required_paths=seen.required,
        kind=kind_of_tree(node, start),
        uses_now=seen.now,
        tree=node,
    )


def _fill(parts: list[Part], scope: Mapping[str, Any], now: datetime | None, zone: tzinfo) -> str:
    written = "".join(
        part if isinstance(part, str) else to_text(part.evaluate(scope, now), zone)
        for part in parts
    )
    if len(written) > MAX_OUTPUT or len(written.encode("utf-8", "replace")) > MAX_OUTPUT:
        raise EvaluationError(
            text(f"生成的文字超过 {MAX_OUTPUT} 字节", f"the text is over {MAX_OUTPUT} bytes")
        )
    return written


def to_text(value: Any, zone: tzinfo = CHINA) -> str:
    """A value inside a text: null as nothing, numbers plain, times ISO 8601 in the zone.

    Lists are joined with 、, objects written as JSON.
    """
    kind = kind_of(value)
    if kind == "text":
        return str(value)
    if kind == "null":
        return ""
    if kind == "number":
        return plain(value)
    if kind == "boolean":
        return "true" if value else "false"
    if kind == "time":
        return aware(value).astimezone(zone).isoformat()
    if kind == "duration":
        return write_duration(value)
    if kind == "record":
        return _json(value, zone)
    if len(value) > MAX_OUTPUT:
        raise EvaluationError(text("列表太长", "the list is too long"))
    return "、".join(
        _json(item, zone) if kind_of(item) in ("list", "record") else to_text(item, zone)
        for item in value
    )


def _json(value: Any, zone: tzinfo) -> str:
    def simple(found: Any) -> Any:
        if isinstance(found, timedelta | datetime) or kind_of(found) == "number":
            return to_text(found, zone)
        return list(found)

    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=simple)


def _nested(template: Any, schema: Schema | None, zone: tzinfo, depth: int) -> Compiled:
    if depth > MAX_DEPTH:
        raise invalid(f"嵌套超过 {MAX_DEPTH} 层", f"more than {MAX_DEPTH} levels")
    if isinstance(template, str):
        return _text(template, Same(schema), zone)
    if isinstance(template, Mapping):
        inner = {key: _at(value, schema, zone, depth, str(key)) for key, value in template.items()}

        def fill_record(scope: Mapping[str, Any], now: datetime | None = None) -> Any:
            return {key: part.evaluate(scope, now) for key, part in inner.items()}

        return _joined("", fill_record, list(inner.values()), "record")
    if isinstance(template, list | tuple):
        listed = [
            _at(value, schema, zone, depth, str(index)) for index, value in enumerate(template)
        ]

        def fill_list(scope: Mapping[str, Any], now: datetime | None = None) -> Any:
            return [part.evaluate(scope, now) for part in listed]

        return _joined("", fill_list, listed, "list")

    def keep(scope: Mapping[str, Any], now: datetime | None = None) -> Any:
        return template

    return _joined("", keep, [], None)


def _at(value: Any, schema: Schema | None, zone: tzinfo, depth: int, key: str) -> Compiled:
    """One member of a config; a fault says in which."""
    try:
        return _nested(value, schema, zone, depth + 1)
    except InvalidExpression as error:
        shown, words = key[:60], error.message
        raise InvalidExpression(
            text(f"{shown}:{words['zh']}", f"{shown}: {words['en']}"), error.at
        ) from None


def _joined(
    source: str, evaluate: Callable[..., Any], parts: list[Compiled], kind: str | None
) -> Compiled:
    none: frozenset[Path] = frozenset()
    return Compiled(
        text=source,
        evaluate=evaluate,
        paths=none.union(*(part.paths for part in parts)),
        required_paths=none.union(*(part.required_paths for part in parts)),
        kind=kind,
        uses_now=any(part.uses_now for part in parts),
    )
