"""Fields of a form, declared beside the behaviour they configure.

`field(...)` is pydantic's Field plus what a form needs: title and help in two languages and
the widget that edits it. The JSON Schema carries them as `x-title`, `x-help` and `x-widget`;
`registry.catalog(locale)` turns the first two into `title` and `description`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticUndefined

from engine.core.text import Text

Widget = Literal[
    "text",  # one line
    "multiline",
    "number",
    "switch",
    "select",  # one of an enum
    "expression",  # a value: expression text
    "condition",  # rows of field / operator / value, or expression text
    "template",  # text with {{ expression }} in it
    "mapping",  # rows of name -> template or expression
    "list",  # rows of an object
    "group",  # the fields of one object, below each other
    "table",  # decision table
    "json",
    "duration",  # ISO 8601, "PT30M"
    "money",  # {amount, currency}
    "time_of_day",
    "schedule",  # cron, zone, missed
    "secret",
    "connection",  # a connection's key; `connector` narrows the choice
    "event_type",
    "flow",  # a published flow's key
    "segment",
    "people",  # who decides: people, roles, relative
    "roles",  # keys of roles, shown by their names
    "form",  # a form for people: JSON Schema made by dragging
    "tags",
    "customer_field",
    "calendar",
    "channel",
    "variable",
    "mapping_to_record",  # a platform's fields -> canonical record
]
WIDGETS: frozenset[str] = frozenset(get_args(Widget))


def field(
    title: Text,
    *,
    help: Text | None = None,
    widget: Widget = "text",
    default: Any = PydanticUndefined,
    options: dict[str, Text] | None = None,
    extra: dict[str, Any] | None = None,
    **rules: Any,
) -> Any:
    """A field with what its form needs.

    `options` labels the values of an enum. `rules` are pydantic's own (`ge`, `max_length`,
    `default_factory`, ...). `extra` adds further `x-` hints such as `{"x-connector": "wecom"}`.
    """
    hints: dict[str, Any] = {"x-title": title, "x-widget": widget}
    if help is not None:
        hints["x-help"] = help
    if options is not None:
        hints["x-options"] = options
    hints.update(extra or {})
    if "default_factory" not in rules:
        rules["default"] = default
    return Field(json_schema_extra=hints, **rules)


class Form(BaseModel):
    """Root of everything a form edits: unknown fields are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


# A condition is kept as it was built: rows ({"all": [...]} / {"any": [...]}) or expression text.
Condition = Annotated[
    str | dict[str, Any], WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "object"}]})
]

# An exact number in JSON: a decimal string, so that no reader turns it into a float.
Exact = Annotated[
    Decimal,
    PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d{1,18}(\.\d{1,8})?$"}),
]


class MoneyField(Form):
    """An amount in major units with its currency: `{"amount": "500.00", "currency": "CNY"}`."""

    amount: Exact
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$")
