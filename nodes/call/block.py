"""A node type for one action of one connector."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from engine.core.connector import Action, ConnectorType
from engine.core.errors import GiveUp, Problem
from engine.core.expression import to_text
from engine.core.flow import problems_of
from engine.core.node import Ask, Context, Done, NodeType
from engine.core.text import Text, say, text
from nodes.call.asking import REASONS, ask_or_end
from nodes.call.form import attribute, config_of, field_name

TEXTS = (str, str | None)
INVALID = "invalid_args"


def block(connector: ConnectorType, action: Action) -> NodeType:
    """The block of one action: its inputs are the fields of the form, as templates."""
    inputs = {info.alias or name: info for name, info in action.input.model_fields.items()}
    config = config_of(connector, action, inputs)

    def run_block(config: Any, ctx: Context) -> Done | Ask:
        args = _args(action, inputs, config, ctx) if ctx.answer is None else {}
        concerns = str(args.get(action.subject_from or "") or "")
        return ask_or_end(config.connection, action.key, args, action.effect_class, concerns, ctx)

    def check_block(config: Any) -> list[Problem]:
        return _check(inputs, config)

    return NodeType(
        label=_joined(connector.label, action.label),
        summary=action.summary,
        group="connector",
        config=config,
        run=run_block,
        check=check_block,
        effect_class=action.effect_class,
        reasons=REASONS,
        errors={**action.errors, INVALID: text("参数不合规定", "a value is not allowed")},
        output=action.output,
        search=(
            connector.type,
            connector.platform,
            action.key,
            connector.label["zh"],
            connector.label["en"],
        ),
    )


def _joined(connector: Text, action: Text) -> Text:
    return text(f"{connector['zh']} · {action['zh']}", f"{connector['en']} · {action['en']}")


def _values(inputs: Mapping[str, FieldInfo], config: Any) -> dict[str, Any]:
    """What is filled in, by the input's name; an empty optional value counts as not given."""
    values = {}
    for number, (name, info) in enumerate(inputs.items()):
        value = getattr(config, attribute(number))
        if info.is_required() or value not in (None, ""):
            values[name] = value
    return values


def _args(
    action: Action, inputs: Mapping[str, FieldInfo], config: Any, ctx: Context
) -> dict[str, Any]:
    """The values filled in; GiveUp (code "invalid_args") when the action would refuse them."""
    args = {}
    for name, value in _values(inputs, config).items():
        filled = ctx.render(value)
        if filled is None and not inputs[name].is_required():
            continue
        # A text made of one reference keeps the value's type; an input that wants text gets text.
        wants_text = inputs[name].annotation in TEXTS and filled is not None
        args[name] = to_text(filled) if wants_text else filled
    try:
        action.input.model_validate(args)
    except ValidationError as error:
        wrong = problems_of(error)
        said = [f"{problem.path.lstrip('/')} {say(problem.message, 'zh')}" for problem in wrong]
        in_english = [
            f"{problem.path.lstrip('/')} {say(problem.message, 'en')}" for problem in wrong
        ]
        message = text(f"参数不合规定：{';'.join(said)}", f"not allowed: {'; '.join(in_english)}")
        raise GiveUp(message, code=INVALID) from None
    return args


def _check(inputs: Mapping[str, FieldInfo], config: Any) -> list[Problem]:
    """Values without a reference in them are known now, so they are judged now."""
    problems: list[Problem] = []
    for name, value in _values(inputs, config).items():
        if _refers(value):
            continue
        info = inputs[name]
        try:
            kind: Any = (
                Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
            )
            TypeAdapter(kind).validate_python(value)
        except ValidationError as error:
            problems += problems_of(error, f"/{field_name(name)}")
    return problems


def _refers(value: Any) -> bool:
    if isinstance(value, str):
        return "{{" in value
    if isinstance(value, Mapping):
        return any(_refers(inner) for inner in value.values())
    return isinstance(value, (list, tuple)) and any(_refers(inner) for inner in value)
