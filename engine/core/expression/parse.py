"""Text -> tree: the grammar of rule-engine, read by precedence climbing within fixed limits.

Nothing is computed here but the sign of a number, so no input can make parsing explode. Precedence,
lowest first: `? :`, `or`, `and`, `not`, `??`, `== !=`, `< <= > >= in =~`, `|`, `^`, `&`, `+ -`,
`* / // %`, unary minus, then `. [] ()`. Comparisons do not chain.
"""

from __future__ import annotations

from datetime import tzinfo

from engine.core.errors import InvalidExpression
from engine.core.expression import tree
from engine.core.expression.errors import invalid
from engine.core.expression.guard import MAX_DEPTH, inspect
from engine.core.expression.lex import Token, check_text, tokens
from engine.core.expression.literals import (
    CHINA,
    read_duration,
    read_number,
    read_text,
    read_time,
)

_TERNARY, _OR, _AND, _NOT, _COALESCE, _EQUAL, _ORDER, _SUM, _MINUS = 1, 2, 3, 4, 5, 6, 7, 11, 13
_INFIX = {
    "?": _TERNARY,
    "or": _OR,
    "and": _AND,
    "not": _NOT,  # only as `not in`
    "??": _COALESCE,
    **dict.fromkeys(("==", "!="), _EQUAL),
    **dict.fromkeys(("<", "<=", ">", ">=", "in", "=~", "=~~", "!~", "!~~"), _ORDER),
    "|": 8,
    "^": 9,
    "&": 10,
    **dict.fromkeys("+-", _SUM),
    **dict.fromkeys(("*", "/", "//", "%"), 12),
}
_BRACKETS = {**dict.fromkeys(("(", "[", "{", "&["), 1), **dict.fromkeys(")]}", -1)}
# Each level of brackets passes a few rules; the bound keeps far below Python's own limit.
_MAX_RULES = 3 * MAX_DEPTH


def parse(source: str, zone: tzinfo = CHINA) -> tree.Node:
    """The tree of an expression text; InvalidExpression with the column when it is none.

    Times without a zone are read in `zone`.
    """
    return parse_tokens(list(tokens(check_text(source))), zone)


def parse_tokens(found: list[Token], zone: tzinfo) -> tree.Node:
    """The same for tokens already read (the hole of a template)."""
    parser = _Parser(found, zone)
    try:
        node = parser.expression(0)
    except RecursionError:
        raise invalid("嵌套太深", "nested too deeply") from None
    parser.take("end")
    inspect(node)
    return node


class _Parser:
    def __init__(self, found: list[Token], zone: tzinfo) -> None:
        self.tokens = found
        self.zone = zone
        self.index = 0
        self.token = found[0]
        self.rules = 0
        self.brackets = 0

    # -- tokens ----------------------------------------------------------------------------------

    def next(self) -> Token:
        token = self.token
        if token.kind != "end":
            self.index += 1
            self.token = self.tokens[self.index]
        if token.kind == "op":
            self.brackets += _BRACKETS.get(token.value, 0)
            if self.brackets > MAX_DEPTH:
                raise invalid(
                    f"括号超过 {MAX_DEPTH} 层",
                    f"more than {MAX_DEPTH} levels of brackets",
                    token.at,
                )
        return token

    def sees(self, *values: str) -> bool:
        return self.token.kind in ("op", "keyword") and self.token.value in values

    def take(self, value: str) -> Token:
        if self.sees(value) or (value == "end" and self.token.kind == "end"):
            return self.next()
        raise self.unexpected(value)

    def unexpected(self, wanted: str = "") -> InvalidExpression:
        at, value = self.token.at, self.token.value[:40]
        if self.token.kind == "end":
            more = f",还缺“{wanted}”" if wanted else ""
            missing = f', "{wanted}" is missing' if wanted else ""
            return invalid(f"表达式没有写完{more}", f"the expression is not finished{missing}", at)
        return invalid(f"此处不应出现“{value}”", f'"{value}" is not expected here', at)

    # -- operators -------------------------------------------------------------------------------

    def expression(self, lowest: int) -> tree.Node:
        self.rules += 1
        if self.rules > _MAX_RULES:
            raise invalid("嵌套太深", "nested too deeply", self.token.at)
        left = self.prefix()
        last = 0
        while True:
            token = self.token
            rank = _INFIX.get(token.value, 0) if token.kind in ("op", "keyword") else 0
            if rank == 0 or rank < lowest:
                break
            if rank == last and rank in (_EQUAL, _ORDER):
                raise invalid(
                    "比较不能连写，请用 and 或括号",
                    "comparisons do not chain, use and or parentheses",
                    token.at,
                )
            last = _ORDER if rank == _NOT else rank
            self.next()
            left = self.infix(left, token, rank)
        self.rules -= 1
        return left

    def infix(self, left: tree.Node, token: Token, rank: int) -> tree.Node:
        at, op = token.at, token.value
        if op == "?":
            yes = self.expression(_TERNARY)
            self.take(":")
            return tree.Choose(at, left, yes, self.expression(_TERNARY))
        if op == "not":
            self.take("in")
            return tree.In(at, left, self.expression(_ORDER + 1), True)
        if op == "??":
            return tree.Coalesce(at, left, self.expression(_COALESCE))
        right = self.expression(rank + 1)
        if op in ("and", "or"):
            if isinstance(left, tree.Logic) and left.op == op and not left.grouped:
                return tree.Logic(left.at, op, (*left.parts, right))
            return tree.Logic(at, op, (left, right))
        if op == "in":
            return tree.In(at, left, right, False)
        if rank == _EQUAL or op in ("<", "<=", ">", ">="):
            return tree.Compare(at, op, left, right)
        if rank == _ORDER:
            return tree.Match(at, op, left, right)
        return tree.Arithmetic(at, op, left, right)

    def prefix(self) -> tree.Node:
        token = self.token
        if self.sees("not"):
            self.next()
            return tree.Not(token.at, self.expression(_NOT))
        if self.sees("-"):
            self.next()
            number = self.token.kind == "number"
            of = self.expression(_MINUS)
            if number and isinstance(of, tree.Literal):
                return tree.Literal(token.at, -of.value)
            return tree.Negate(token.at, of)
        return self.postfix()

    # -- members, items, calls -------------------------------------------------------------------

    def postfix(self) -> tree.Node:
        first = self.token
        node = self.primary()
        # As in rule-engine a bare number or true/false takes no dot: `5.to_str` needs parentheses.
        if first.kind == "number" or (first.kind == "keyword" and first.value != "null"):
            return node
        while True:
            token = self.token
            if token.kind == "member":
                self.next()
                safe = token.value[0] == "&"
                node = tree.Attribute(token.at, node, token.value[2 if safe else 1 :], safe)
            elif self.sees("[", "&["):
                self.next()
                node = self.item(node, token)
            elif self.sees("("):
                self.next()
                node = tree.Call(token.at, node, self.members(")"))
            else:
                return node

    def item(self, of: tree.Node, token: Token) -> tree.Node:
        safe = token.value == "&["
        start = None if self.sees(":") else self.expression(0)
        if not self.sees(":"):
            self.take("]")
            assert start is not None
            return tree.Item(token.at, of, start, safe)
        self.next()
        stop = None if self.sees("]") else self.expression(0)
        self.take("]")
        return tree.Slice(token.at, of, start, stop, safe)

    def members(self, closing: str) -> tuple[tree.Node, ...]:
        """Expressions with commas up to the closing bracket; calls take no comma at the end."""
        found: list[tree.Node] = []
        while not self.sees(closing):
            found.append(self.expression(0))
            if not self.sees(closing):
                self.take(",")
                if closing == ")" and self.sees(closing):
                    raise self.unexpected()
        self.next()
        return tuple(found)

    # -- values ----------------------------------------------------------------------------------

    def primary(self) -> tree.Node:
        token = self.next()
        if token.kind == "number":
            return self.literal(token)
        if token.kind == "string":
            return self.literal(token)
        if token.kind == "name":
            if token.value[0] == "$":
                return tree.Builtin(token.at, token.value[1:])
            return tree.Name(token.at, token.value)
        if token.kind == "keyword" and token.value in ("true", "false", "null"):
            value = {"true": True, "false": False, "null": None}[token.value]
            return tree.Literal(token.at, value)
        if token.kind == "op":
            if token.value == "(":
                return self.group()
            if token.value == "[":
                return self.bracket(token)
            if token.value == "{":
                return self.brace(token)
        self.token = token
        raise self.unexpected()

    def literal(self, token: Token) -> tree.Literal:
        written = token.value
        try:
            if token.kind == "number":
                return tree.Literal(token.at, read_number(written))
            if written[0] == "d":
                return tree.Literal(token.at, read_time(written[2:-1], self.zone))
            if written[0] == "t":
                return tree.Literal(token.at, read_duration(written[2:-1]))
            return tree.Literal(token.at, read_text(written))
        except (ValueError, KeyError, OverflowError):
            raise invalid(
                f"“{written[:40]}”不是有效的写法",
                f'"{written[:40]}" is not a valid value',
                token.at,
            ) from None

    def group(self) -> tree.Node:
        node = self.expression(0)
        self.take(")")
        if isinstance(node, tree.Logic):
            return tree.Logic(node.at, node.op, node.parts, True)
        return node

    def bracket(self, token: Token) -> tree.Node:
        if self.sees("]"):
            self.next()
            return tree.ListOf(token.at, ())
        first = self.expression(0)
        if self.sees("for"):
            return self.for_each(token, first)
        if self.sees("]"):
            self.next()
            return tree.ListOf(token.at, (first,))
        self.take(",")
        return tree.ListOf(token.at, (first, *self.members("]")))

    def for_each(self, token: Token, result: tree.Node) -> tree.Node:
        self.next()
        name = self.next()
        if name.kind != "name" or name.value[0] == "$":
            raise invalid("for 之后应为一个名称", "a name must follow for", name.at)
        self.take("in")
        over = self.expression(0)
        condition = None
        if self.sees("if"):
            self.next()
            condition = self.expression(0)
        self.take("]")
        return tree.ForEach(token.at, result, name.value, over, condition)

    def brace(self, token: Token) -> tree.Node:
        if self.sees("}"):
            self.next()
            return tree.MapOf(token.at, (), ())
        first = self.expression(0)
        if not self.sees(":"):
            if self.sees("}"):
                self.next()
                return tree.SetOf(token.at, (first,))
            self.take(",")
            return tree.SetOf(token.at, (first, *self.members("}")))
        keys, values = [first], []
        while True:
            self.take(":")
            values.append(self.expression(0))
            if self.sees(","):
                self.next()
            if self.sees("}"):
                self.next()
                return tree.MapOf(token.at, tuple(keys), tuple(values))
            if self.tokens[self.index - 1].value != ",":
                raise self.unexpected("}")
            keys.append(self.expression(0))
