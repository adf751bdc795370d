"""XML of the platform as plain values, without entities, document types or outside parts."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from connectors import clean
from engine.core.errors import InvalidInput
from engine.core.text import text

MOST = 256 * 1024  # bytes; a callback has a few hundred
DEEPEST = 16


def read_xml(raw: bytes) -> dict[str, Any]:
    """The members of a document's root: texts, objects, lists (a name that comes twice, <Item>).

    InvalidInput when it is none, too long, too deep, or brings its own entities.
    """
    if len(raw) > MOST:
        raise InvalidInput(text("内容过长", "The body is too long"))
    try:
        root = fromstring(raw, forbid_dtd=True, forbid_entities=True, forbid_external=True)
        found = _value(root, DEEPEST)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise InvalidInput(text("内容不是可用的 XML", "The body is no usable XML")) from None
    if not isinstance(found, dict):
        raise InvalidInput(text("内容不是可用的 XML", "The body is no usable XML"))
    return found


def _value(element: Element, depth: int) -> Any:
    if depth <= 0:
        raise ValueError("too many levels")
    if len(element) == 0:
        return clean((element.text or "").strip())
    found: dict[str, Any] = {}
    for inner in element:
        value = _value(inner, depth - 1)
        if inner.tag not in found:
            found[inner.tag] = [value] if inner.tag == "Item" else value
        elif isinstance(found[inner.tag], list):
            found[inner.tag].append(value)
        else:
            found[inner.tag] = [found[inner.tag], value]
    return found
