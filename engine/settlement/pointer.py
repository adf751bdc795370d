"""JSON pointers that stay on their value: an item of a list is named by its id, not by its place.

    /rules/creator_base/model/percent     the rule with id "creator_base", wherever it is
    /rules/*/model                        the models of all rules
    /tiers/2/percent                      by place, where the items have no id

So a lock holds when somebody sorts the list, and taking the rule away is a change of its value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.core.errors import InvalidInput, Problem
from engine.core.schema_walk import escape
from engine.core.text import text


def parts_of(pointer: str) -> tuple[str, ...]:
    """The names in a pointer; InvalidInput when it is none ("" is the whole document)."""
    if pointer and not pointer.startswith("/"):
        message = text('路径应以 "/" 开头', 'a pointer begins with "/"')
        raise InvalidInput(message, [Problem("/pointer", message, "pointer")])
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


def find_all(document: Any, pointer: str) -> list[tuple[str, Any]]:
    """Every value a pointer names, with its own stable pointer; [] when there is none."""
    return list(_walk(document, parts_of(pointer), ""))


def stable(document: Any, pointer: str) -> str:
    """The same pointer with places in lists replaced by ids where the items have one.

    A pointer with "*" names several values and stays as it is.
    """
    here, made = document, ""
    parts = parts_of(pointer)
    if "*" in parts:
        return pointer
    for part in parts:
        found = next(iter(_members(here, part)), None)
        if found is None:
            made += f"/{escape(part)}"
            here = None
        else:
            made += f"/{escape(found[0])}"
            here = found[1]
    return made


def put(document: Any, pointer: str, value: Any) -> Any:
    """A copy of the document with another value at the pointer; nothing else is touched.

    InvalidInput when the place does not exist (the last name of an object may be new).
    """
    return _put(document, parts_of(pointer), value, pointer)


def take(document: Any, pointer: str) -> Any:
    """A copy of the document without what the pointer names; unchanged when there is nothing."""
    return _take(document, parts_of(pointer))


def _walk(here: Any, parts: tuple[str, ...], at: str) -> Iterator[tuple[str, Any]]:
    if not parts:
        yield at, here
        return
    for name, inner in _members(here, parts[0]):
        yield from _walk(inner, parts[1:], f"{at}/{escape(name)}")


def _members(here: Any, part: str) -> Iterator[tuple[str, Any]]:
    """The members a name may mean. In a list an id wins over a place."""
    if isinstance(here, Mapping):
        if part == "*":
            yield from here.items()
        elif part in here:
            yield part, here[part]
    elif isinstance(here, list | tuple):
        named = [(_id(item), item) for item in here]
        if part == "*":
            for index, (name, item) in enumerate(named):
                yield name or str(index), item
            return
        matching = [(name, item) for name, item in named if name == part]
        if matching:
            yield from ((str(name), item) for name, item in matching)
        elif part.isascii() and part.isdigit() and int(part) < len(here):
            name, item = named[int(part)]
            yield name or part, item


def _id(item: Any) -> str | None:
    if isinstance(item, Mapping):
        found = item.get("id", item.get("key"))
        return found if isinstance(found, str) else None
    return None


def _place(here: list[Any] | tuple[Any, ...], part: str) -> int | None:
    for index, item in enumerate(here):
        if _id(item) == part:
            return index
    if part.isascii() and part.isdigit() and int(part) < len(here):
        return int(part)
    return None


def _put(here: Any, parts: tuple[str, ...], value: Any, pointer: str) -> Any:
    if not parts:
        return value
    first, rest = parts[0], parts[1:]
    if isinstance(here, Mapping) and (first in here or not rest):
        return {**here, first: _put(here.get(first), rest, value, pointer)}
    if isinstance(here, list | tuple):
        index = _place(here, first)
        if index is not None:
            inner = _put(here[index], rest, value, pointer)
            return [*here[:index], inner, *here[index + 1 :]]
        if not rest and _id(value) == first:
            return [*here, value]
    message = text(f"文档里没有 {pointer}", f"there is no {pointer} in the document")
    raise InvalidInput(message, [Problem(pointer, message, "pointer")])


def _take(here: Any, parts: tuple[str, ...]) -> Any:
    if not parts:
        return None
    first, rest = parts[0], parts[1:]
    if isinstance(here, Mapping) and first in here:
        if rest:
            return {**here, first: _take(here[first], rest)}
        return {key: inner for key, inner in here.items() if key != first}
    if isinstance(here, list | tuple):
        index = _place(here, first)
        if index is not None:
            kept = [_take(here[index], rest)] if rest else []
            return [*here[:index], *kept, *here[index + 1 :]]
    return here
