"""What a schema of a user's making is made of: references, patterns, size once unfolded."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import re2

from engine.core.errors import InvalidInput, Problem
from engine.core.text import text

MAX_REFS = 100
MAX_PARTS = 5_000  # sub-schemas after every $ref is followed: refs to refs multiply
MAX_PATTERN = 500

# Keywords that hold one schema, a list of schemas, or schemas by name.
_ONE = (
    "items", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else",
    "unevaluatedItems", "unevaluatedProperties",
)  # fmt: skip
_LIST = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions")
# They move the base of references or bind late; nothing a form or a parameter needs.
_REFUSED = ("$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "$id", "$anchor")


def linear_pattern(pattern: str) -> Any:
    """A regular expression compiled to run in linear time; InvalidInput when it cannot be."""
    if len(pattern) > MAX_PATTERN:
        raise InvalidInput(
            text(f"正则太长，最多 {MAX_PATTERN} 个字符", f"is longer than {MAX_PATTERN} characters")
        )
    try:
        return compiled_pattern(pattern)
    except (re2.error, ValueError, OverflowError):
        raise InvalidInput(
            text(
                "正则写法不支持（不能用回溯引用和前后断言）",
                "is no supported regular expression (no back-references, no look-around)",
            )
        ) from None


@lru_cache(maxsize=512)
def compiled_pattern(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    # ECMA writes \u4e00, re2 wants \x{4e00}.
    return re2.compile(_ECMA_UNICODE.sub(r"\\x{\1}", pattern), options)


_ECMA_UNICODE = re2.compile(r"\\u([0-9a-fA-F]{4})")


class Walk:
    """One walk over a schema of a user's making: references, patterns, growth."""

    def __init__(self, root: Mapping[str, Any], path: str) -> None:
        self.root = root
        self.path = path
        self.found: list[Problem] = []
        self.refs = 0
        self.parts: dict[int, int] = {}
        self.open: set[int] = set()

    def problems(self) -> list[Problem]:
        size = self._visit(self.root, self.path)
        if self.refs > MAX_REFS:
            self._add(
                self.path,
                f"$ref 超过 {MAX_REFS} 个",
                f"has more than {MAX_REFS} $ref",
                "schema_refs",
            )
        elif size > MAX_PARTS:
            self._add(
                self.path,
                "引用展开后太大，请简化",
                "unfolds to too many parts; simplify its references",
                "schema_size",
            )
        return self.found

    def _add(self, path: str, zh: str, en: str, code: str) -> None:
        self.found.append(Problem(path, text(zh, en), code))

    def _visit(self, schema: Any, path: str) -> int:
        """The number of sub-schemas this one unfolds to; notes problems on the way."""
        if not isinstance(schema, Mapping):
            return 1
        if id(schema) in self.parts:
            return self.parts[id(schema)]
        self.open.add(id(schema))
        size = 1
        for keyword in _REFUSED:
            if keyword in schema:
                self._add(
                    f"{path}/{keyword}",
                    f"不支持 {keyword}",
                    f"{keyword} is not supported",
                    "schema_refs",
                )
        for pattern, at in _patterns(schema, path):
            try:
                linear_pattern(pattern)
            except InvalidInput as error:
                self.found.append(Problem(at, error.message, "schema_pattern"))
        if isinstance(schema.get("$ref"), str):
            size += self._refer(schema["$ref"], f"{path}/$ref")
        for inner, at in children_of(schema, path):
            size += self._visit(inner, at)
        self.open.discard(id(schema))
        self.parts[id(schema)] = min(size, MAX_PARTS + 1)
        return self.parts[id(schema)]

    def _refer(self, ref: str, path: str) -> int:
        self.refs += 1
        target = target_of(self.root, ref)
        if target is None:
            self._add(
                path,
                "只能引用本定义内的部分（如 #/$defs/地址）",
                "may only point into this very schema (such as #/$defs/address)",
                "schema_refs",
            )
            return 1
        if id(target) in self.open:
            self._add(path, "引用绕回了自己", "leads back to itself", "schema_refs")
            return 1
        return self._visit(target, path)


def target_of(root: Mapping[str, Any], ref: str) -> Any:
    """What a local reference points to; None when it is foreign or leads nowhere."""
    if not ref.startswith("#"):
        return None
    found: Any = root
    for part in ref[1:].split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(found, Mapping) and name in found:
            found = found[name]
        elif isinstance(found, list) and name.isdigit() and int(name) < len(found):
            found = found[int(name)]
        else:
            return None
    return found if isinstance(found, Mapping | bool) else None


def _patterns(schema: Mapping[str, Any], path: str) -> list[tuple[str, str]]:
    found = []
    if isinstance(schema.get("pattern"), str):
        found.append((schema["pattern"], f"{path}/pattern"))
    named = schema.get("patternProperties")
    for pattern in named if isinstance(named, Mapping) else ():
        found.append((pattern, f"{path}/patternProperties/{escape(pattern)}"))
    return found


def children_of(schema: Mapping[str, Any], path: str) -> list[tuple[Any, str]]:
    found: list[tuple[Any, str]] = [
        (schema[keyword], f"{path}/{keyword}") for keyword in _ONE if keyword in schema
    ]
    for keyword in _LIST:
        found.extend(
            (inner, f"{path}/{keyword}/{index}")
            for index, inner in enumerate(schema.get(keyword, ()))
        )
    for keyword in _NAMED:
        named = schema.get(keyword)
        if isinstance(named, Mapping):
            found.extend(
                (inner, f"{path}/{keyword}/{escape(name)}") for name, inner in named.items()
            )
    return found


def escape(part: Any) -> str:
    """One part of a JSON pointer."""
    return str(part).replace("~", "~0").replace("/", "~1")
