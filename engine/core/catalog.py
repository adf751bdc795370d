"""What the designer receives: every block with its form, icon and help, and the language's words.

Texts are said in one language: in JSON Schemas `x-title` becomes `title` and `x-help` becomes
`description`; the other hints (`x-widget`, `x-connector`, ...) stay as they are.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from engine.core.connector import ConnectorType
from engine.core.event_types import list_types
from engine.core.expression import language_catalog
from engine.core.forms import form_schema
from engine.core.node import NodeType
from engine.core.registry import Registry
from engine.core.text import Locale, Text, say, text
from engine.core.triggers import Entrance, Listen, Schedule

GROUPS: dict[str, Text] = {
    "trigger": text("触发", "Triggers"),
    "logic": text("逻辑", "Logic"),
    "people": text("人工", "People"),
    "customer": text("客户", "Customers"),
    "connector": text("平台", "Platforms"),
    "ticket": text("工单", "Tickets"),
    "settlement": text("结算", "Settlement"),
    "stock": text("库存", "Stock"),
}
_NAMES = {"x-title": "title", "x-help": "description"}


def catalog(registry: Registry, locale: Locale) -> dict[str, Any]:
    """Blocks, event types and the expression language, in one language; plain JSON values."""
    return {
        "locale": locale,
        "groups": [{"key": key, "label": say(words, locale)} for key, words in GROUPS.items()],
        "nodes": [node_shown(registry, node, locale) for node in registry.nodes.values()],
        "event_types": list_types(locale),
        "language": said(language_catalog(), locale),
    }


def node_shown(registry: Registry, node: NodeType, locale: Locale) -> dict[str, Any]:
    """One block of the palette.

    `output` is the JSON Schema of what it puts out, null where that depends on its config
    (`output_varies`); POST /schemas/scope then says it for a given document.
    """
    held = registry.action(node.type)
    folder = f"connectors.{held[0].type}" if held else f"nodes.{node.type}"
    varies = callable(node.output)
    return {
        "type": node.type,
        "group": node.group,
        "kind": node.kind,
        "label": say(node.label, locale),
        "summary": say(node.summary, locale),
        "icon": _file(folder, "icon.svg"),
        "help": help_of(folder, locale),
        "ports": [{"id": port.id, "label": say(port.label, locale)} for port in node.ports],
        "ports_from": node.ports_from,
        "writes_from": node.writes_from,
        "config": form_of(node.config, locale),
        "errors": [
            {"code": code, "label": say(words, locale)} for code, words in node.errors.items()
        ],
        "effect_class": node.effect_class,
        "waits": node.waits,
        "has_body": node.has_body,
        "version": node.version,
        "output": None if varies else said(node.output, locale),
        "output_varies": varies,
        "search": list(node.search),
        "starts": _starts(node),
        "connector": held[0].type if held else None,
        "action": held[1].key if held else None,
    }


def connector_shown(connector: ConnectorType, locale: Locale) -> dict[str, Any]:
    """One connector with the forms of its credentials and settings."""
    folder = f"connectors.{connector.type}"
    return {
        "type": connector.type,
        "label": say(connector.label, locale),
        "summary": say(connector.summary, locale),
        "group": connector.group,
        "platform": connector.platform,
        "icon": _file(folder, "icon.svg"),
        "help": help_of(folder, locale),
        "credentials": form_of(connector.credentials, locale),
        "settings": form_of(connector.settings, locale),
        "actions": [
            {
                "key": action.key,
                "label": say(action.label, locale),
                "summary": say(action.summary, locale),
                "effect_class": action.effect_class,
                "input": form_of(action.input, locale),
                "output": said(action.output, locale),
            }
            for action in connector.actions
        ],
        "events": [
            {"type": event.type, "label": say(event.label, locale)} for event in connector.events
        ],
        "receives": connector.receive is not None,
        "pulls": connector.pull is not None,
    }


def form_of(form: type[BaseModel], locale: Locale) -> dict[str, Any]:
    """The JSON Schema a form is drawn from, in one language."""
    found: dict[str, Any] = said(form_schema(form), locale)
    return found


def said(value: Any, locale: Locale) -> Any:
    """A copy in which every text in two languages is said in one."""
    if isinstance(value, list | tuple):
        return [said(inner, locale) for inner in value]
    if not isinstance(value, Mapping):
        return value
    if value.keys() == {"zh", "en"} and isinstance(value[locale], str):
        return value[locale]
    found: dict[str, Any] = {}
    for key, inner in value.items():
        is_words = key in _NAMES and isinstance(inner, Mapping) and inner.keys() == {"zh", "en"}
        found[_NAMES[key] if is_words else str(key)] = said(inner, locale)
    if any(key in _NAMES for key in value):
        # What pydantic made of the field's name must not win over what it is called.
        for key, name in _NAMES.items():
            words = value.get(key)
            if isinstance(words, Mapping) and words.keys() == {"zh", "en"}:
                found[name] = words[locale]
    return found


def help_of(folder: str, locale: Locale) -> str:
    """The README of a node or connector: its Chinese half, or the English one.

    A README begins in Chinese; the second heading of the first level begins the English half. One
    with a single half is the same for both.
    """
    text_ = _file(folder, "README.md")
    start = text_.find("\n# ", 1)
    if start < 0:
        return text_
    return text_[: start + 1].strip() if locale == "zh" else text_[start + 1 :].strip()


@lru_cache(maxsize=500)
def _file(package: str, name: str) -> str:
    try:
        found = pkgutil.get_data(package, name)
    except (OSError, ImportError):
        found = None
    return found.decode("utf-8") if found else ""


def _starts(node: NodeType) -> str | None:
    """How a trigger starts: event, schedule, manual, form, webhook; None for other blocks."""
    if node.start is None:
        return None
    try:
        start = node.start(node.config())
    except ValueError:
        start = None  # the form has required fields: only event and schedule triggers have
    if isinstance(start, Entrance):
        return start.kind
    if isinstance(start, Listen):
        return "event"
    if isinstance(start, Schedule):
        return "schedule"
    return "schedule" if node.type == "schedule" else "event"
