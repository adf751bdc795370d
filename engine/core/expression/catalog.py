"""The words of the language, for completion in the designer."""

from __future__ import annotations

from typing import Any

from engine.core.expression.attributes import ATTRIBUTES, METHOD_RESULTS, METHODS, RESULTS
from engine.core.expression.functions import CONSTANTS, FUNCTIONS, VALUES
from engine.core.expression.lex import KEYWORDS
from engine.core.expression.operators import operator_catalog

_METHODS_OF: dict[str, tuple[str, ...]] = {
    "text": ("starts_with", "ends_with"),
    "list": ("starts_with", "ends_with"),
    "number": ("round",),
    "time": ("format",),
}


def language_catalog() -> dict[str, Any]:
    """Keywords, `$` names, what follows a dot by kind of value, operators of condition rows."""
    functions = [
        {"name": f"${name}", "arguments": [found.least, found.most], "gives": found.gives}
        for name, found in FUNCTIONS.items()
    ]
    values = [{"name": f"${name}", "gives": kind} for name, kind in VALUES.items()]
    values += [{"name": f"${name}", "gives": "number"} for name in CONSTANTS]
    members = {
        kind: [{"name": name, "gives": RESULTS.get(name)} for name in names]
        + [
            {"name": name, "arguments": list(METHODS[name]), "gives": METHOD_RESULTS[name]}
            for name in _METHODS_OF.get(kind, ())
        ]
        for kind, names in ATTRIBUTES.items()
        if kind != "null"
    }
    return {
        "keywords": sorted(KEYWORDS),
        "functions": functions,
        "values": values,
        "members": members,
        "operators": operator_catalog(),
    }
