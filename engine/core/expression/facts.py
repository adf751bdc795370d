"""What conditions looked at, for a reason: {"order.amount": 620, "customer.level": "gold"}.

Records and lists of records are left out: much in the journal, little in a sentence. A name whose
place is empty or absent is null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from engine.core.expression.constant_table import ConstantTable, as_constants

MOST_ITEMS = 10  # of a list
Facts = dict[str, Any]
_PLAIN = frozenset({str, Decimal, int, bool, type(None)})


def facts_of(names: Sequence[str], scope: Mapping[str, Any]) -> Facts:
    """The facts among these dotted names."""
    facts: Facts = {}
    for name in names:
        found: Any = scope
        for part in name.split("."):
            if not isinstance(found, Mapping):
                found = None
                break
            found = found.get(part)
        if isinstance(found, (list, tuple)):
            found = list(found[:MOST_ITEMS])
            if any(isinstance(item, (Mapping, list, tuple)) for item in found):
                continue
        if not isinstance(found, Mapping):
            facts[name] = found
    return facts


def facts_reader(names: Sequence[str]) -> Callable[[Mapping[str, Any]], Facts]:
    """`facts_of` these names: as one generated function where all are there, and plain values.

        v0 = scope['k0']['k1']
        v1 = scope['k0']['k3']
        if v0.__class__ in PLAIN and v1.__class__ in PLAIN: return {'k2': v0, 'k4': v1}

    As in emit.py, 'k0' stands for a constant and no text of a user enters the source.
    """
    otherwise = partial(facts_of, names)
    if not names:
        return otherwise
    found: dict[str, Any] = {
        "__builtins__": {},
        "Failure": Exception,
        "PLAIN": _PLAIN,
        "otherwise": otherwise,
    }
    constants = ConstantTable(found)
    lines, checks, facts = [], [], []
    for at, name in enumerate(names):
        parts = "".join(f"['{constants.name(part)}']" for part in name.split("."))
        lines.append(f"v{at} = scope{parts}")
        checks.append(f"v{at}.__class__ in PLAIN")
        facts.append(f"'{constants.name(name)}': v{at}")
    lines.append(f"if {' and '.join(checks)}: return {{{', '.join(facts)}}}")
    body = "".join(f"        {line}\n" for line in lines)
    source = f"def read(scope):\n    try:\n{body}    except Failure: pass\n"
    exec(compile(f"{source}    return otherwise(scope)\n", "<facts>", "exec"), found)
    reader: Callable[[Mapping[str, Any]], Facts] = as_constants(found.pop("read"), found)
    return reader
