"""One change of a flow as a sentence, in the words of its forms."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from engine.core.change import Change
from engine.core.errors import InvalidInput
from engine.core.expression import describe, say_duration
from engine.core.forms import choice_at, title_at
from engine.core.registry import Registry
from engine.core.sentences import shown
from engine.core.text import Locale, Text, text

_FIELDS: dict[str, Text] = {
    "type": text("节点类型", "type"),
    "version": text("节点版本", "node version"),
    "note": text("备注", "note"),
    "retry": text("重试设置", "retry"),
    "timeout": text("超时", "timeout"),
    "boxes": text("内部流程", "boxes"),
    "name": text("名称", "name"),
    "key": text("标识", "key"),
    "description": text("说明", "description"),
    "format": text("文档格式", "format"),
    "mode": text("并发方式", "mode"),
    "limit": text("并发上限", "limit"),
    "reentry": text("能否重复进入", "re-entry"),
    "period": text("周期", "period"),
}


def sentence(
    change: Change,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    registry: Registry | None,
) -> Text:
    """The change as a person would tell it; `old` and `new` are the nodes by id."""
    parts = change.path.split("/")[1:]
    if change.part == "node":
        return _of_node(change, parts, old, new, registry)
    if change.part == "edge":
        return _of_edge(change, parts, old, new)
    if change.part in ("case", "note"):
        what = text("测试用例", "case") if change.part == "case" else text("便签", "note")
        named = parts[1] if len(parts) > 1 and change.part == "case" else ""
        subject = text(f"{what['zh']}「{named}」", f"{what['en']} “{named}”") if named else what
        return _told(change, subject, whole=len(parts) == 2)
    if change.part == "param":
        names = [part for part in parts[1:] if part != "properties"]
        named = names[0] if names else ""
        subject = (
            text(f"参数「{named}」", f"parameter “{named}”")
            if named
            else text("参数", "parameters")
        )
        return _told(change, subject, whole=len(names) == 1)
    field = _FIELDS.get(parts[-1], text(parts[-1], parts[-1]))
    where = text("执行方式", "run mode") if change.part == "run_mode" else text("流程", "flow")
    subject = text(f"{where['zh']}的「{field['zh']}」", f"{where['en']}: {field['en']}")
    return _told(change, subject)


def _of_node(
    change: Change,
    parts: list[str],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    registry: Registry | None,
) -> Text:
    id_ = change.node or parts[1]
    node = new.get(id_) or old.get(id_) or {}
    name = _name(node, id_, registry)
    if change.kind == "moved":
        return text(f"「{name['zh']}」在画布上移了位置", f"“{name['en']}” moved on the canvas")
    if change.kind == "regrouped":
        return text(f"「{name['zh']}」移到了另一个框", f"“{name['en']}” moved to another box")
    if change.kind == "renamed":
        was, now = (_cut(str(name or "")) for name in (change.before, change.after))
        return text(f"节点「{was}」改名为「{now}」", f"node “{was}” is now called “{now}”")
    if len(parts) == 2:
        return _told(change, text(f"节点「{name['zh']}」", f"node “{name['en']}”"), whole=True)
    type_ = registry.node(str(node.get("type", ""))) if registry else None
    field: Text | None = None
    said: Callable[[Any], Text] = _said
    if parts[2] == "config" and len(parts) > 3:
        if type_ is not None:
            path = "/" + "/".join(_positions(parts[3:], node))
            field = title_at(type_.config, path)
            said = _said_at(type_.config, path)
        field = field or text(".".join(parts[3:]), ".".join(parts[3:]))
    else:
        field = _FIELDS.get(parts[2], text("配置", "config"))
    subject = text(f"「{name['zh']}」的「{field['zh']}」", f"“{name['en']}”: {field['en']}")
    return _told(change, subject, whole=change.kind in ("added", "removed"), said=said)


def _of_edge(
    change: Change, parts: list[str], old: Mapping[str, Any], new: Mapping[str, Any]
) -> Text:
    if change.kind == "regrouped":
        return text("连线随节点移到了另一个框", "a line moved to another box with its nodes")
    edge = change.after if isinstance(change.after, Mapping) else change.before
    if len(parts) == 2 and isinstance(edge, Mapping):
        ends = [
            _name(new.get(edge[end]) or old.get(edge[end]) or {}, edge[end], None)
            for end in ("from", "to")
        ]
        subject = text(
            f"「{ends[0]['zh']}」到「{ends[1]['zh']}」的连线",
            f"the line from “{ends[0]['en']}” to “{ends[1]['en']}”",
        )
        return _told(change, subject, whole=True)
    field = {"from": text("起点", "start"), "to": text("终点", "end"), "port": text("出口", "port")}
    named = field.get(parts[-1], text(parts[-1], parts[-1]))
    return _told(change, text(f"连线的{named['zh']}", f"the {named['en']} of a line"))


def _told(
    change: Change, subject: Text, whole: bool = False, said: Callable[[Any], Text] | None = None
) -> Text:
    zh, en = subject["zh"], subject["en"]
    if change.kind == "reordered":
        return text(f"{zh}调整了顺序", f"{en}: order changed")
    if change.kind == "added" and whole:
        return text(f"新增{zh}", f"added {en}")
    if change.kind == "removed" and whole:
        return text(f"删除{zh}", f"removed {en}")
    was, now = ((said or _said)(value) for value in (change.before, change.after))
    return text(
        f"{zh}由「{was['zh']}」改为「{now['zh']}」",
        f"{en} changed from “{was['en']}” to “{now['en']}”",
    )


def _positions(parts: list[str], node: Mapping[str, Any]) -> list[str]:
    """A pointer by ids as one by positions, which is how a form counts rows."""
    found: list[str] = []
    here: Any = node.get("config", {})
    for part in parts:
        if isinstance(here, list):
            ids = [row.get("id") if isinstance(row, Mapping) else None for row in here]
            index = ids.index(part) if part in ids else len(here)
            found.append(str(index))
            here = here[index] if index < len(here) else {}
        else:
            found.append(part)
            here = here.get(part) if isinstance(here, Mapping) else None
    return found


def _name(node: Mapping[str, Any], id_: str, registry: Registry | None) -> Text:
    if node.get("name"):
        return text(str(node["name"]), str(node["name"]))
    type_ = registry.node(str(node.get("type", ""))) if registry else None
    return type_.label if type_ is not None else text(id_, id_)


def _said_at(config: type[BaseModel], path: str) -> Callable[[Any], Text]:
    """Values as the form of this field shows them."""
    return lambda value: choice_at(config, path, value) or _said(value)


def _said(value: Any) -> Text:
    return text(_cut(_shown(value, "zh")), _cut(_shown(value, "en")))


def _shown(value: Any, locale: Locale) -> str:
    """A value as people read it: 2 天, 是, a condition as its sentence; JSON where nothing fits."""
    if value is None or value == "" or isinstance(value, bool):
        return shown(value, locale)
    if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
        return ("、" if locale == "zh" else ", ").join(_shown(one, locale) for one in value)
    # Most texts are no duration and most mappings no condition: they are what they are.
    with contextlib.suppress(InvalidInput, ValueError):
        if isinstance(value, str) and value.startswith("P"):
            return say_duration(value, locale)
        if isinstance(value, Mapping) and len(value) == 1 and value.keys() <= {"all", "any"}:
            return describe(value, None, locale)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _cut(said: str) -> str:
    return said if len(said) <= 80 else f"{said[:79]}…"
