"""What a tree must be before anything is made of it."""

from __future__ import annotations

from engine.core.expression import tree
from engine.core.expression.attributes import METHODS
from engine.core.expression.errors import invalid
from engine.core.expression.functions import CONSTANTS, FUNCTIONS, VALUES
from engine.core.expression.matching import compile_pattern
from engine.core.suggest import suggest

MAX_DEPTH = 40

# They exist in rule-engine and have no place in a run that must give the same answer twice.
_REFUSED = {
    "random": ("结果不可重现", "its result cannot be repeated"),
    "re_groups": ("它依赖求值顺序", "it depends on the order of evaluation"),
}


def inspect(node: tree.Node) -> None:
    """Refuses what is too deep, unknown functions, wrong numbers of arguments, bad patterns."""
    stack: list[tuple[tree.Node, int, tuple[str, ...]]] = [(node, 1, ())]
    functions: set[int] = set()  # nodes that stand where a function may stand
    while stack:
        found, depth, loops = stack.pop()
        if depth > MAX_DEPTH:
            raise invalid(f"嵌套超过 {MAX_DEPTH} 层", f"more than {MAX_DEPTH} levels", found.at)
        if isinstance(found, tree.Call):
            functions.update(_call(found))
        elif isinstance(found, tree.Builtin):
            _builtin(found, id(found) in functions)
        elif isinstance(found, tree.Match) and isinstance(found.right, tree.Literal):
            _pattern(found.right)
        inner = loops
        if isinstance(found, tree.ForEach):
            if found.name in loops:
                # rule-engine would read the outer one here: nobody expects that, so neither is read
                raise invalid(
                    f"内外两层循环都叫“{found.name}”，请换一个名称",
                    f'two nested loops are both named "{found.name}", rename one',
                    found.at,
                )
            inner = (*loops, found.name)
            stack.append((found.over, depth + 1, loops))
            stack.extend(
                (part, depth + 1, inner) for part in (found.result, found.condition) if part
            )
        else:
            stack.extend((part, depth + 1, inner) for part in tree.children(found))


def _call(node: tree.Call) -> list[int]:
    """Checks one call; the ids of the nodes that may be functions."""
    called, count = node.function, len(node.arguments)
    if isinstance(called, tree.Attribute):
        method = METHODS.get(called.name)
        if method is None:
            near, name = suggest(called.name, METHODS), called.name[:100]
            raise invalid(
                f"没有“{name}”这个函数{near['zh']}",
                f'there is no function "{name}"{near["en"]}',
                called.at,
            )
        least, most = method
    elif isinstance(called, tree.Builtin) and called.name in FUNCTIONS:
        least, most = FUNCTIONS[called.name].least, FUNCTIONS[called.name].most
    elif isinstance(called, tree.Builtin):
        _builtin(called, False)
        raise invalid(f"${called.name} 不是函数", f"${called.name} is not a function", node.at)
    else:
        raise invalid("只有函数才能加括号调用", "only a function can be called", node.at)
    if not least <= count <= most:
        bound = str(least) if least == most else f"{least}–{most}"
        raise invalid(
            f"应有 {bound} 个参数，实际 {count} 个",
            f"takes {bound} arguments, {count} given",
            node.at,
        )
    allowed = [id(called)]
    if isinstance(called, tree.Builtin) and called.name in ("map", "filter"):
        first = node.arguments[0]
        if not isinstance(first, tree.Builtin) and not (
            isinstance(first, tree.Attribute) and first.name in METHODS
        ):
            raise invalid("第一个参数应为函数", "the first argument must be a function", first.at)
        allowed.append(id(first))
    return allowed


def _builtin(node: tree.Builtin, may_be_function: bool) -> None:
    name = node.name
    if name in _REFUSED:
        zh, en = _REFUSED[name]
        raise invalid(f"不能使用 ${name}：{zh}", f"${name} cannot be used: {en}", node.at)
    if name in FUNCTIONS:
        if not may_be_function:
            raise invalid(
                f"${name} 是函数，应写成 ${name}(…)",
                f"${name} is a function, write ${name}(…)",
                node.at,
            )
    elif name not in VALUES and name not in CONSTANTS:
        near, name = suggest(name, [*FUNCTIONS, *VALUES, *CONSTANTS]), name[:100]
        raise invalid(f"没有 ${name}{near['zh']}", f"there is no ${name}{near['en']}", node.at)


def _pattern(node: tree.Literal) -> None:
    if isinstance(node.value, str):
        try:
            compile_pattern(node.value)
        except ValueError as error:
            raise invalid(
                f"匹配格式（正则）不能使用：{error}",
                f"the pattern cannot be used: {error}",
                node.at,
            ) from None
