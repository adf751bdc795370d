"""The source writer behind compile.py: one method per kind of node.

In the source, `scope` and `now` are the arguments, `run` carries zone and effort, `k0, k1, …` are
entries of the constant table, `t0, t1, …` hold a value looked at twice, `v0, v1, …` are variables
of comprehensions, `r0, r1, …` records of the scope read more than once. Everything else is a helper
of this room.

What makes the quick form quick, `order.amount > 500 and order.channel == "douyin"` for example:

    r1 = scope['k0']; t2 = r1['k1']
    return True if ((t2 > 'k2' if t2.__class__ is D else gt(t2, k2, run))
    and ((t3 := r1['k3']) == 'k4' or t3.__class__ is not S and eq(t3, k4, run))) else False

- 'k0' stands for the constant and is exchanged for it in the compiled code, which is cheaper to
  load than a name.
- A record is taken out of the scope once, where it is certain to be looked at first. What is looked
  at in any case is taken beforehand: any error leads to the careful form, so the order is free.
- What equals a text is that text: its class is only asked for when it does not. Numbers are asked
  first, for a bool or a float is no Decimal though Python may compare them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import tzinfo
from decimal import Decimal
from functools import partial
from typing import Any

from engine.core.expression import tree, values
from engine.core.expression.access import entry, item, mapping, read, slice_of
from engine.core.expression.attributes import call
from engine.core.expression.constant_table import ConstantTable, as_constants, to_compare
from engine.core.expression.functions import CONSTANTS, FUNCTIONS, clock, each, today
from engine.core.expression.matching import match
from engine.core.expression.reads import Step, Variables, chain, items_of
from engine.core.expression.schema import Place
from engine.core.expression.values import CONTEXT, MAX_EFFORT, Distinct, Run

_HELPERS: dict[str, Any] = {
    "__builtins__": {},
    **{name: getattr(values, name) for name in ("eq", "ne", "gt", "ge", "lt", "le", "isin")},
    **{name: getattr(values, name) for name in ("add", "sub", "mul", "div", "floordiv", "mod")},
    "neg": values.neg,
    "bits": values.bits,
    "match": match,
    "call": call,
    "each": each,
    "read": read,
    "item": item,
    "slice_of": slice_of,
    "mapping": mapping,
    "entry": entry,
    "clock": clock,
    "today": today,
    "Distinct": Distinct,
    "partial": partial,
    "D": Decimal,
    "S": str,
    "bool": bool,
    "Failure": Exception,
}
_COMPARE = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_MIRROR = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ARITHMETIC = {"+": "add", "-": "sub", "*": "mul", "/": "div", "//": "floordiv", "%": "mod"}
# The same of two Decimals. What these refuse (a zero below the line) the careful form refuses too.
_DECIMAL = {
    "+": CONTEXT.add,
    "-": CONTEXT.subtract,
    "*": CONTEXT.multiply,
    "/": CONTEXT.divide,
    "//": CONTEXT.divide_int,
    "%": CONTEXT.remainder,
}
_CLASSES = {Decimal: "D", str: "S"}


def emit(
    node: tree.Node,
    start: Place,
    zone: tzinfo,
    *,
    condition: bool,
    quick: Callable[..., Any] | None,
    loops: bool,
) -> Callable[..., Any]:
    """Compiles the function. `quick` is what the quick form falls back to; None: careful form."""
    writer = _Writer(start, quick is not None, loops)
    writer.uses.update(found.name for found in tree.walk(node) if isinstance(found, tree.Name))
    code = writer.value(node)
    if condition or is_boolean(node):
        code = f"True if {code} else False"  # Python then jumps at each test, and keeps no value
    lines = [*writer.lines, f"return {code}"]
    names = writer.names
    if loops:
        names["new_run"] = lambda: Run(zone, MAX_EFFORT)
        lines = ["run = new_run()", *lines]
    elif quick is not None:
        names["careful"] = quick
        lines = [f"try: {'; '.join(lines)}", "except Failure: return careful(scope, now)"]
    names["run"] = Run(zone)
    source = "\n    ".join(["def evaluate(scope, now=None):", *lines])
    made = compile(source, "<expression>", "exec")
    exec(made, names)
    found: Callable[..., Any] = as_constants(names.pop("evaluate"), names)
    return found


def is_boolean(node: tree.Node) -> bool:
    """Whether the source of this node always gives a real bool."""
    if isinstance(node, tree.Literal):
        return isinstance(node.value, bool)
    return isinstance(node, tree.Compare | tree.Match | tree.In | tree.Not | tree.Logic)


def _is_number(node: tree.Node) -> bool:
    return isinstance(node, tree.Literal) and node.value.__class__ is Decimal


class _Writer:
    def __init__(self, start: Place, quick: bool, loops: bool) -> None:
        self.start = start
        self.quick = quick
        self.loops = loops
        self.names: dict[str, Any] = dict(_HELPERS)
        self.constants = ConstantTable(self.names)
        self.variables: dict[str, str] = {}
        self.places: Variables = {}
        self.count = 0
        self.uses: Counter[str] = Counter()  # how often the tree has each name
        self.held: dict[str, str] = {}  # records of the scope that are in a variable here
        self.lines: list[str] = []  # what is done before the value is worked out
        # Whether what is written now is worked out in any case, and in whichever order.
        self.is_certain = quick

    def constant(self, value: Any) -> str:
        return self.constants.name(value)

    def inline(self, value: Any) -> str:
        """A constant in its place; only where no compiler could compute with what stands there."""
        return f"'{self.constant(value)}'"

    def fresh(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    def keep(self, letter: str, code: str) -> tuple[str, str]:
        """A variable for a value looked at twice: how it is written first, and its name."""
        name = self.fresh(letter)
        if not self.is_certain:
            return f"({name} := {code})", name
        self.lines.append(f"{name} = {code}")
        return name, name

    @contextmanager
    def perhaps(self) -> Iterator[None]:
        """What is written now may not be looked at: nobody else may count on its variables."""
        held, is_certain = self.held, self.is_certain
        self.held, self.is_certain = held.copy(), False
        yield
        self.held, self.is_certain = held, is_certain

    def value(self, node: tree.Node) -> str:
        return _WRITE[node.__class__](self, node)

    def many(self, nodes: tuple[tree.Node, ...]) -> str:
        return ", ".join(map(self.value, nodes))

    # -- values and names ------------------------------------------------------------------------

    def literal(self, node: tree.Literal) -> str:
        if node.value is None or isinstance(node.value, bool):
            return str(node.value)
        return self.constant(node.value)

    def builtin(self, node: tree.Builtin) -> str:
        if node.name in ("now", "today"):
            return f"{'clock' if node.name == 'now' else 'today'}(now, run)"
        if node.name in CONSTANTS:
            return self.constant(CONSTANTS[node.name])
        return f"partial({self.constant(FUNCTIONS[node.name].do)}, run)"

    def name(self, node: tree.Name) -> str:
        return self.variables.get(node.name) or self.path(node)

    def path(self, node: tree.Node) -> str:
        """A chain of members: subscripts where it is data, `read` where it may be more."""
        link = chain(node, self.start, self.places)
        steps = link.steps
        base = link.base
        if isinstance(base, tree.Name) and base.name not in self.variables:
            data = (Step(base.name, False, False), *steps[: link.data])
            if self.quick and not any(step.safe for step in data):
                code = self.subscripts(data, link.certain)
            else:
                code = f"read(scope, {self.constant(data)}, {link.known}, True, run)"
            steps = steps[link.data :]
            known = 0
        elif isinstance(base, tree.Name):
            code, known = self.variables[base.name], link.known
        else:
            code, known = self.value(base), link.known
        if not steps:
            return code
        return f"read({code}, {self.constant(steps)}, {known}, False, run)"

    def subscripts(self, data: tuple[Step, ...], certain: bool) -> str:
        code, root = "scope", data[0].name
        for step in data[:-1]:
            code += f"[{self.inline(step.name)}]"
            if step is data[0] and root in self.held:
                code = self.held[root]
            elif step is data[0] and self.uses[root] > 1:
                code, self.held[root] = self.keep("r", code)
        last = self.inline(data[-1].name)
        # A listed field that is absent is null; one that is not listed raises, and so on.
        return f"{code}.get({last})" if certain else f"{code}[{last}]"

    def item(self, node: tree.Item) -> str:
        if isinstance(node.key, tree.Literal) and isinstance(node.key.value, str):
            return self.path(node)
        return f"item({self.value(node.of)}, {self.value(node.key)}, {node.safe}, run)"

    def slice(self, node: tree.Slice) -> str:
        start = self.value(node.start) if node.start else "None"
        stop = self.value(node.stop) if node.stop else "None"
        return f"slice_of({self.value(node.of)}, {start}, {stop}, {node.safe}, run)"

    # -- operators -------------------------------------------------------------------------------

    def negate(self, node: tree.Negate) -> str:
        return f"neg({self.value(node.of)})"

    def negation(self, node: tree.Not) -> str:
        return f"(not {self.value(node.of)})"

    def logic(self, node: tree.Logic) -> str:
        parts = [self.value(node.parts[0])]
        with self.perhaps():
            parts += map(self.value, node.parts[1:])
        code = f" {node.op} ".join(parts)
        if all(map(is_boolean, node.parts)):
            return f"({code})"
        return f"(True if {code} else False)"

    def arithmetic(self, node: tree.Arithmetic) -> str:
        sides = [self.value(node.left), self.value(node.right)]
        if node.op in "&|^":
            return f"bits({self.constant(node.op)}, {', '.join(sides)}, run)"
        careful, checks = _ARITHMETIC[node.op], ""
        for index, side in enumerate((node.left, node.right)):
            if self.quick and not _is_number(side):
                first, sides[index] = self.keep("t", sides[index])
                checks += f"{first}.__class__ is "
        both = ", ".join(sides)
        if not checks:
            return f"{careful}({both}, run)"
        quick = self.constant(_DECIMAL[node.op])
        return f"({quick}({both}) if {checks}D else {careful}({both}, run))"

    def compare(self, node: tree.Compare) -> str:
        op, left, right = node.op, node.left, node.right
        if isinstance(left, tree.Literal) and not isinstance(right, tree.Literal):
            op, left, right = _MIRROR[op], right, left
        code = self.value(left)
        if isinstance(right, tree.Literal):
            value = right.value
            if op in ("==", "!=") and (value is None or isinstance(value, bool)):
                return f"({code} {'is' if op == '==' else 'is not'} {value})"
            kind = _CLASSES.get(value.__class__)
            if self.quick and kind and not isinstance(left, tree.Literal):
                first, held = self.keep("t", code)
                constant = self.inline(to_compare(value))
                otherwise = f"{_COMPARE[op]}({held}, {self.constant(value)}, run)"
                if kind == "S" and op == "==":
                    return f"({first} == {constant} or {held}.__class__ is not S and {otherwise})"
                return f"({held} {op} {constant} if {first}.__class__ is {kind} else {otherwise})"
        return f"{_COMPARE[op]}({code}, {self.value(right)}, run)"

    def match(self, node: tree.Match) -> str:
        anywhere = node.op.endswith("~~")
        code = f"match({self.value(node.left)}, {self.value(node.right)}, {anywhere}, run)"
        return f"(not {code})" if node.op.startswith("!") else code

    def contained(self, node: tree.In) -> str:
        member, options = self.value(node.member), node.container
        code = ""
        if isinstance(options, tree.ListOf | tree.SetOf) and options.items:
            literals = [part.value for part in options.items if isinstance(part, tree.Literal)]
            if len(literals) == len(options.items):
                classes = {value.__class__ for value in literals}
                kind = _CLASSES.get(next(iter(classes))) if len(classes) == 1 else None
                every = self.constant(tuple(literals))
                if self.quick and kind:
                    first, held = self.keep("t", member)
                    chosen = self.inline(frozenset(literals))
                    otherwise = f"isin({held}, {every}, run)"
                    if kind == "S":
                        code = f"({first} in {chosen} or {held}.__class__ is not S and {otherwise})"
                    else:
                        code = (
                            f"({held} in {chosen} if {first}.__class__ is {kind} else {otherwise})"
                        )
                else:
                    code = f"isin({member}, {every}, run)"
        code = code or f"isin({member}, {self.value(options)}, run)"
        return f"(not {code})" if node.negated else code

    def coalesce(self, node: tree.Coalesce) -> str:
        left = self.value(node.left)
        with self.perhaps():
            right = self.value(node.right)
        if self.loops:
            # `:=` may not stand in the iterable of a comprehension, a one-item loop may.
            held = self.fresh("v")
            return f"[{held} if {held} is not None else {right} for {held} in ({left},)][0]"
        first, held = self.keep("t", left)
        return f"({held} if {first} is not None else {right})"

    def choose(self, node: tree.Choose) -> str:
        condition = self.value(node.condition)
        with self.perhaps():
            yes = self.value(node.yes)
        with self.perhaps():
            no = self.value(node.no)
        return f"({yes} if {condition} else {no})"

    # -- collections and calls -------------------------------------------------------------------

    def list_of(self, node: tree.ListOf) -> str:
        return f"[{self.many(node.items)}]"

    def set_of(self, node: tree.SetOf) -> str:
        return f"Distinct([{self.many(node.items)}])"

    def map_of(self, node: tree.MapOf) -> str:
        pairs = ", ".join(
            f"entry({self.value(key)}, {self.value(value)})"
            for key, value in zip(node.keys, node.values, strict=True)
        )
        return f"mapping([{pairs}])"

    def for_each(self, node: tree.ForEach) -> str:
        over = self.value(node.over)
        before = self.variables, self.places
        name = self.fresh("v")
        self.places = {**self.places, node.name: items_of(node.over, self.start, before[1])}
        self.variables = {**self.variables, node.name: name}
        result = self.value(node.result)
        only = f" if {self.value(node.condition)}" if node.condition else ""
        self.variables, self.places = before
        return f"[{result} for {name} in each({over}, run){only}]"

    def call(self, node: tree.Call) -> str:
        function = node.function
        if isinstance(function, tree.Attribute):
            arguments = "".join(f", {self.value(part)}" for part in node.arguments)
            return f"call({self.method(function)}{arguments})"
        assert isinstance(function, tree.Builtin)
        parts = [self.value(part) for part in node.arguments]
        first = node.arguments[0]
        if function.name in ("map", "filter") and isinstance(first, tree.Attribute):
            parts[0] = f"partial(call, {self.method(first)})"
        return f"{self.constant(FUNCTIONS[function.name].do)}({', '.join(['run', *parts])})"

    def method(self, node: tree.Attribute) -> str:
        return f"{self.value(node.of)}, {self.constant(node.name)}, {node.safe}, run"


_WRITE: dict[type[tree.Node], Callable[[_Writer, Any], str]] = {
    tree.Literal: _Writer.literal,
    tree.Name: _Writer.name,
    tree.Builtin: _Writer.builtin,
    tree.Attribute: _Writer.path,
    tree.Item: _Writer.item,
    tree.Slice: _Writer.slice,
    tree.Negate: _Writer.negate,
    tree.Not: _Writer.negation,
    tree.Logic: _Writer.logic,
    tree.Arithmetic: _Writer.arithmetic,
    tree.Compare: _Writer.compare,
    tree.Match: _Writer.match,
    tree.In: _Writer.contained,
    tree.Coalesce: _Writer.coalesce,
    tree.Choose: _Writer.choose,
    tree.ListOf: _Writer.list_of,
    tree.SetOf: _Writer.set_of,
    tree.MapOf: _Writer.map_of,
    tree.ForEach: _Writer.for_each,
    tree.Call: _Writer.call,
}
