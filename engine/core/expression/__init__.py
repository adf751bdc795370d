"""The one expression language: texts, rows and templates, compiled, checked, told to SQL."""

from engine.core.expression.catalog import language_catalog
from engine.core.expression.check import check
from engine.core.expression.compile import Compiled, compile_condition, compile_expression
from engine.core.expression.describe import describe, say_duration
from engine.core.expression.errors import EvaluationError
from engine.core.expression.literals import CHINA, read_duration, read_time, write_duration
from engine.core.expression.operators import OPERATORS, ROWS_SCHEMA, operator_catalog
from engine.core.expression.parse import parse
from engine.core.expression.rules import rows_to_text, text_to_rows
from engine.core.expression.sql import Build, to_sql
from engine.core.expression.template import compile_template, to_text
from engine.core.expression.tree import Node
from engine.core.expression.values import Distinct

__all__ = [
    "CHINA",
    "OPERATORS",
    "ROWS_SCHEMA",
    "Build",
    "Compiled",
    "Distinct",
    "EvaluationError",
    "Node",
    "check",
    "compile_condition",
    "compile_expression",
    "compile_template",
    "describe",
    "language_catalog",
    "operator_catalog",
    "parse",
    "read_duration",
    "read_time",
    "rows_to_text",
    "say_duration",
    "text_to_rows",
    "to_sql",
    "to_text",
    "write_duration",
]
