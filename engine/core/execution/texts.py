"""The expressions, conditions and templates found in a flow's configs, compiled once.

Fields say by their widget what their value is. What a text reads becomes the version's `names`, so
that the runtime can load exactly those fields. A text that cannot be compiled is passed over here:
publishing refuses it, and a run that meets it fails at that step with a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from pydantic import BaseModel

from engine.core.errors import EngineError
from engine.core.expression import compile_condition, compile_expression, compile_template

Evaluate = Callable[[Mapping[str, Any], datetime | None], Any]
Schema = Mapping[str, Any]

# Fields of the customer in texts we cannot compile as they stand, such as a decision table's cells.
_CUSTOMER = re.compile(r"\bcustomer(?![\w])(?:&?\.([^\W\d]\w*)|&?\[\s*[\"']([^\"']+)[\"']\s*\])?")

_ROWS = frozenset({"all", "any", "field"})  # what a condition built of rows has


class Texts:
    """What one version's configs say, by what was written there."""

    def __init__(self, schema: Schema | None = None) -> None:
        self.schema = schema
        self.names: set[str] = set()
        self._expressions: dict[str, Evaluate] = {}
        self._conditions: dict[str, Evaluate] = {}
        self._templates: dict[str, Evaluate] = {}
        # Conditions as rows, by identity; the rows are held here, so an id is never used again.
        self._rows: dict[int, tuple[Any, Evaluate]] = {}
        self._customer: set[str] = set()

    def expression(self, source: str) -> Evaluate:
        """The function of an expression text; InvalidExpression when it is none."""
        found = self._expressions.get(source)
        if found is None:
            return self._compile(compile_expression, source)
        return found

    def condition(self, source: str | Mapping[str, Any]) -> Evaluate:
        """The function of a condition, text or rows."""
        if isinstance(source, str):
            found = self._conditions.get(source)
            return self._compile(compile_condition, source) if found is None else found
        held = self._rows.get(id(source))
        if held is not None and held[0] is source:
            return held[1]
        return self._compile(compile_condition, source)

    def template(self, source: str) -> Evaluate:
        """The function of a text with `{{ }}` in it."""
        found = self._templates.get(source)
        return self._compile(compile_template, source) if found is None else found

    @property
    def customer(self) -> frozenset[str]:
        """The customer's fields that are read; "*" among them when it is read as a whole."""
        found = {name.split(".")[1] for name in self.names if name.startswith("customer.")}
        if "customer" in self.names:
            found.add("*")
        return frozenset(found | self._customer)

    def collect(self, config: BaseModel) -> None:
        """Compiles every text of a config and notes what it reads."""
        for widget, value in _texts(config):
            if isinstance(value, str):
                for dotted, quoted in _CUSTOMER.findall(value):
                    self._customer.add(dotted or quoted or "*")
            try:
                self._keep(widget, value)
            except EngineError:
                continue

    def _keep(self, widget: str, value: Any) -> None:
        if widget == "condition":
            if isinstance(value, str):
                self._conditions[value] = self._compile(compile_condition, value)
            else:
                self._rows[id(value)] = (value, self._compile(compile_condition, value))
        elif not isinstance(value, str):
            return
        elif widget == "expression":
            self._expressions[value] = self._compile(compile_expression, value)
        elif "{{" in value:
            self._templates[value] = self._compile(compile_template, value)
        elif widget == "mapping":
            # A row's value may be meant as an expression or as a plain word: we only note names.
            self._compile(compile_expression, value)

    def _compile(self, make: Callable[..., Any], source: Any) -> Evaluate:
        made = make(source) if self.schema is None else make(source, schema=self.schema)
        self.names |= made.names
        return cast(Evaluate, made.evaluate)


def _texts(config: BaseModel) -> Iterator[tuple[str, Any]]:
    """(widget, value) of every text and every rows condition in a config."""
    for name, about in type(config).model_fields.items():
        hints = about.json_schema_extra
        widget = hints.get("x-widget", "text") if isinstance(hints, dict) else "text"
        yield from _leaves(str(widget), getattr(config, name))


def _leaves(widget: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, str):
        if value.strip():
            yield widget, value
    elif isinstance(value, BaseModel):
        yield from _texts(value)
    elif isinstance(value, Mapping):
        is_rows = widget == "condition" and not _ROWS.isdisjoint(value)
        if is_rows:
            yield widget, value
        for inner in value.values():
            yield from _leaves("text" if is_rows else widget, inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(widget, inner)
