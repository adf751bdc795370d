"""Text -> tokens, with the limits that make everything behind it safe.

The tokens are those of rule-engine, less bytes, shifts and powers, and with two additions: after a
dot a name may be Chinese (`customer.会员等级`), and spaces may be full-width.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.core.expression.errors import invalid

MAX_LENGTH = 4_000
MAX_TOKENS = 800

_TOKENS = re.compile(
    r"""
    (?P<space>  [ \t\r\n\u3000\u00a0]+ | \#[^\n]* )
  | (?P<banned> \*\* | << | >> | && | \|\| | <> | =(?![=~]) | !(?![=~]) | ; | b(?="|') )
  | (?P<number> 0(?:b[01]+|o[0-7]+|x[0-9a-fA-F]+)
              | [0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)? | \.[0-9]+(?:[eE][+-]?[0-9]+)? )
  | (?P<string> [rsdt]?(?:"(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*') )
  | (?P<member> (?<=\S)&?\.[^\W\d]\w* )
  | (?P<name>   \$?[a-zA-Z_][a-zA-Z0-9_]* )
  | (?P<op>     (?<=\S)&\[ | =~~ | !~~ | =~ | !~ | == | != | <= | >= | // | \?\?
              | [<>+\-*/%&|^?:,()\[\]{}] )
    """,
    re.VERBOSE,
)

KEYWORDS = frozenset({"true", "false", "null", "and", "or", "not", "in", "for", "if"})
_RESERVED = frozenset({"inf", "nan", "elif", "else", "while"})
_INSTEAD = {
    "**": "*",
    "<<": "*",
    ">>": "//",
    "&&": "and",
    "||": "or",
    "<>": "!=",
    "=": "==",
    "!": "not",
    ";": "",
    "b": "",
}
# What an input method in Chinese mode leaves behind.
_WIDE = dict(
    zip("“”‘’（）【】｛｝，：？！＝＞＜＋－×÷％＆｜。", "\"\"''()[]{},:?!=><+-*/%&|.", strict=True)
)


@dataclass(frozen=True, slots=True)
class Token:
    """kind: number, string, member (".x" or "&.x"), name, keyword, op or end."""

    kind: str
    value: str
    at: int


def check_text(source: object, limit: int = MAX_LENGTH) -> str:
    """The text, if it is one that may be read at all."""
    if not isinstance(source, str):
        raise invalid("表达式应为文字", "an expression must be text")
    if len(source) > limit:
        raise invalid(f"超过 {limit} 个字符", f"longer than {limit} characters")
    for at, char in enumerate(source):
        # U+0000 and lone surrogates can be stored in no database and sent over no wire.
        if char == "\x00" or "\ud800" <= char <= "\udfff":
            raise invalid("含有不能保存的字符", "contains a character that cannot be stored", at)
    return source


def tokens(source: str, start: int = 0, *, closing: bool = False) -> Iterator[Token]:
    """The tokens from `start` on, ended by an "end" token.

    With `closing` they end at the `}}` that closes a template's hole, where "end" stands.
    """
    at, count, open_braces = start, 0, 0
    while at < len(source):
        if closing and open_braces == 0 and source.startswith("}}", at):
            yield Token("end", "}}", at)
            return
        found = _TOKENS.match(source, at)
        if found is None:
            raise _unreadable(source, at)
        kind, value = str(found.lastgroup), found.group()
        if kind != "space":
            count += 1
            if count > MAX_TOKENS:
                raise invalid(f"超过 {MAX_TOKENS} 个词", f"more than {MAX_TOKENS} tokens", at)
            if kind == "banned":
                raise _banned(value, at)
            if kind == "name":
                if value in _RESERVED:
                    raise invalid(f"“{value}”是保留字", f'"{value}" is a reserved word', at)
                if value in KEYWORDS:
                    kind = "keyword"
            elif value == "{":
                open_braces += 1
            elif value == "}":
                open_braces -= 1
            yield Token(kind, value, at)
        at = found.end()
    if closing:
        raise invalid("缺少 }}", "}} is missing", start)
    yield Token("end", "", len(source))


def _banned(value: str, at: int) -> Exception:
    instead = _INSTEAD[value]
    if value == "b":
        return invalid("不支持字节文字", "bytes are not supported", at)
    if not instead:
        return invalid(f"不能使用“{value}”", f'"{value}" cannot be used', at)
    return invalid(
        f"不能使用“{value}”，可改用“{instead}”", f'"{value}" cannot be used, try "{instead}"', at
    )


def _unreadable(source: str, at: int) -> Exception:
    char = source[at]
    if char in "\"'":
        return invalid("引号没有配对", "a quotation mark is not closed", at)
    if char in _WIDE:
        return invalid(
            f"“{char}”是全角符号，请改用半角 {_WIDE[char]}",
            f'"{char}" is a full-width sign, write {_WIDE[char]}',
            at,
        )
    return invalid(f"看不懂“{char}”", f'"{char}" is not understood here', at)
