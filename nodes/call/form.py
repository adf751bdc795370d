"""The form of a block: one field per input of its action, filled in as a template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema, create_model
from pydantic.fields import FieldInfo

from engine.core.connector import Action, ConnectorType
from engine.core.fields import field
from engine.core.node import NodeConfig
from engine.core.schema import follow
from engine.core.text import text

# Widgets whose value is picked, not written: a block keeps them, everything else is a template.
PICKED = frozenset({"select", "switch", "mapping", "list", "group", "tags", "json", "duration"})
DEEPEST = 6  # levels of an input the form draws; below that it is edited as JSON


def config_of(
    connector: ConnectorType, action: Action, inputs: Mapping[str, FieldInfo]
) -> type[NodeConfig]:
    """A Config with `connection` and one field per input, in the input's order.

    Attributes are numbered and the inputs' names are their aliases, since an input may be called
    `json`, `copy` or whatever else pydantic keeps for itself.
    """
    schema = action.input.model_json_schema(by_alias=True)
    fields: dict[str, Any] = {}
    for number, (name, info) in enumerate(inputs.items()):
        shape = schema["properties"][name]
        given = info.json_schema_extra
        hints: dict[str, Any] = {**given} if isinstance(given, dict) else {}
        title, described = shape.get("title", name), shape.get("description")
        hints.setdefault("x-title", text(title, title))
        if described:
            hints.setdefault("x-help", text(described, described))
        if hints.get("x-widget") not in PICKED:
            hints["x-widget"] = "template"
        picked = hints["x-widget"] == "select"
        kind = Annotated[Any, WithJsonSchema(_loose(shape, schema, keep_enum=picked))]
        default = ... if info.is_required() else info.get_default(call_default_factory=True)
        fields[attribute(number)] = (
            kind,
            Field(default, alias=field_name(name), json_schema_extra=hints),
        )
    connection = field(
        text("平台对接", "Connection"),
        widget="connection",
        extra={"x-connector": connector.type},
        min_length=1,
        max_length=64,
    )
    made: type[NodeConfig] = create_model(
        f"Call_{connector.type}_{action.key}".replace("-", "_"),
        __base__=NodeConfig,
        __module__=__name__,
        connection=(str, connection),
        **fields,
    )
    return made


def attribute(number: int) -> str:
    """What the field of the n-th input is called in Python."""
    return f"input_{number}"


def field_name(name: str) -> str:
    """What the field of an input is called in the form; `connection` is the block's own."""
    return f"{name}_" if name == "connection" else name


def _loose(shape: Any, root: Mapping[str, Any], depth: int = 0, *, keep_enum: bool) -> Any:
    """The input's schema as a form needs it: a template may stand wherever a value may."""
    shape = follow(shape, root)
    wider = [one for one in shape.get("anyOf", ()) if one.get("type") != "null"]
    if len(wider) == 1:
        shape = {**shape, **follow(wider[0], root)}
    if keep_enum and "enum" in shape:
        return {"enum": shape["enum"]}
    kind = shape.get("type")
    if kind == "string":
        return {"type": "string"}
    if kind in ("number", "integer", "boolean"):
        return {"type": [kind, "string"]}
    if depth > DEEPEST or kind not in ("array", "object"):
        return {}
    if kind == "array":
        items = _loose(shape.get("items", {}), root, depth + 1, keep_enum=True)
        return {"type": "array", "items": items}
    properties = {
        name: {key: value for key, value in inner.items() if key.startswith("x-")}
        | _loose(inner, root, depth + 1, keep_enum=True)
        for name, inner in shape.get("properties", {}).items()
    }
    return {"type": "object", "properties": properties} if properties else {"type": "object"}
