"""Calls one action of one connection; every action of every connector is a block made here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError, WithJsonSchema, create_model
from pydantic.fields import FieldInfo

from engine.core.connector import Action, ConnectorType
from engine.core.effect import CALL, Effect, EffectClass
from engine.core.errors import GiveUp, Problem
from engine.core.expression import to_text
from engine.core.fields import field
from engine.core.flow import problems_of
from engine.core.node import Ask, Context, Done, NodeConfig, NodeType, because
from engine.core.people import own_customer
from engine.core.schema import follow
from engine.core.text import Text, say, text

REASONS = {
    "calling": text("正在调用 {connection} 的 {action}", "calling {action} of {connection}"),
    "called": text("{connection} 的 {action} 已完成", "{action} of {connection} is done"),
}
# Widgets whose value is picked, not written: a block keeps them, everything else is a template.
PICKED = frozenset({"select", "switch", "mapping", "list", "group", "tags", "json", "duration"})
TEXTS = (str, str | None)
INVALID = "invalid_args"
DEEPEST = 6  # levels of an input the form draws; below that it is edited as JSON


class Config(NodeConfig):
    connection: str = field(
        text("平台对接", "Connection"), widget="connection", min_length=1, max_length=64
    )
    action: str = field(
        text("操作", "Action"),
        help=text("平台对接提供的操作,例如 send_message", "of the connection, e.g. send_message"),
        pattern=r"^[a-z][a-z0-9_]{0,63}$",
    )
    args: dict[str, Any] = field(text("参数", "Values"), widget="mapping", default_factory=dict)
    effect_class: Literal["read", "message", "write", "money"] = field(
        text("操作性质", "Kind of effect"),
        help=text(
            "决定对方没有回应时怎么办:查询和写入会重试,消息和资金不会重复发出",
            "what happens when no answer comes: reads and writes are tried again, "
            "messages and money are not sent twice",
        ),
        widget="select",
        default="write",
        options={
            "read": text("只查询", "reads only"),
            "message": text("发消息", "sends a message"),
            "write": text("写入,可凭同一编号重试", "writes, may be repeated with its key"),
            "money": text("涉及资金", "moves money"),
        },
    )


def run(config: Config, ctx: Context) -> Done | Ask:
    args = ctx.render(config.args) if ctx.answer is None else {}
    return _call(config.connection, config.action, args, config.effect_class, None, ctx)


def _call(
    connection: str,
    action: str,
    args: Mapping[str, Any],
    effect_class: EffectClass,
    concerns: str | None,
    ctx: Context,
) -> Done | Ask:
    """The one question every block asks. `concerns` is the value that says whom it is about."""
    if ctx.answer is not None:
        reason = because("called", connection=connection, action=action)
        return Done(output=ctx.answer.value, reason=reason)
    effect = Effect(
        CALL,
        args,
        effect_class=effect_class,
        connection=connection,
        action=action,
        subject=_subject(concerns, ctx),
    )
    return Ask(effect, reason=because("calling", connection=connection, action=action))


def _subject(concerns: str | None, ctx: Context) -> str:
    """Whom it concerns: the run's customer, so that all calls about them keep their order."""
    customer = own_customer(ctx)
    return f"customer:{customer}" if customer else concerns or ctx.owner


# -- one block per action ------------------------------------------------------------------------


def block(connector: ConnectorType, action: Action) -> NodeType:
    """The block of one action: its inputs are the fields of the form, as templates."""
    inputs = {info.alias or name: info for name, info in action.input.model_fields.items()}
    config = _config(connector, action, inputs)

    def run_block(config: Any, ctx: Context) -> Done | Ask:
        args = _args(action, inputs, config, ctx) if ctx.answer is None else {}
        concerns = str(args.get(action.subject_from or "") or "")
        return _call(config.connection, action.key, args, action.effect_class, concerns, ctx)

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


def _config(
    connector: ConnectorType, action: Action, inputs: Mapping[str, FieldInfo]
) -> type[NodeConfig]:
    """A Config with `connection` and one field per input, in the input's order.

    Attributes are numbered and the inputs' names are their aliases, since an input may be called
    `json`, `copy` or whatever else pydantic keeps for itself.
    """
    schema = action.input.model_json_schema(by_alias=True)
    fields: dict[str, Any] = {}
    for number, (name, info) in enumerate(inputs.items()):
        shape = schema["properties"][name]
        given = info.json_schema_extra
        hints: dict[str, Any] = {**given} if isinstance(given, dict) else {}
        title, described = shape.get("title", name), shape.get("description")
        hints.setdefault("x-title", text(title, title))
        if described:
            hints.setdefault("x-help", text(described, described))
        if hints.get("x-widget") not in PICKED:
            hints["x-widget"] = "template"
        picked = hints["x-widget"] == "select"
        kind = Annotated[Any, WithJsonSchema(_loose(shape, schema, keep_enum=picked))]
        default = ... if info.is_required() else info.get_default(call_default_factory=True)
        fields[_attribute(number)] = (
            kind,
            Field(default, alias=_field_name(name), json_schema_extra=hints),
        )
    connection = field(
        text("平台对接", "Connection"),
        widget="connection",
        extra={"x-connector": connector.type},
        min_length=1,
        max_length=64,
    )
    made: type[NodeConfig] = create_model(
        f"Call_{connector.type}_{action.key}".replace("-", "_"),
        __base__=NodeConfig,
        __module__=__name__,
        connection=(str, connection),
        **fields,
    )
    return made


def _attribute(number: int) -> str:
    return f"input_{number}"


def _field_name(name: str) -> str:
    return f"{name}_" if name == "connection" else name


def _loose(shape: Any, root: Mapping[str, Any], depth: int = 0, *, keep_enum: bool) -> Any:
    """The input's schema as a form needs it: a template may stand wherever a value may."""
    shape = follow(shape, root)
    wider = [one for one in shape.get("anyOf", ()) if one.get("type") != "null"]
    if len(wider) == 1:
        shape = {**shape, **follow(wider[0], root)}
    if keep_enum and "enum" in shape:
        return {"enum": shape["enum"]}
    kind = shape.get("type")
    if kind == "string":
        return {"type": "string"}
    if kind in ("number", "integer", "boolean"):
        return {"type": [kind, "string"]}
    if depth > DEEPEST or kind not in ("array", "object"):
        return {}
    if kind == "array":
        items = _loose(shape.get("items", {}), root, depth + 1, keep_enum=True)
        return {"type": "array", "items": items}
    properties = {
        name: {key: value for key, value in inner.items() if key.startswith("x-")}
        | _loose(inner, root, depth + 1, keep_enum=True)
        for name, inner in shape.get("properties", {}).items()
    }
    return {"type": "object", "properties": properties} if properties else {"type": "object"}


def _values(inputs: Mapping[str, FieldInfo], config: Any) -> dict[str, Any]:
    """What is filled in, by the input's name; an empty optional value counts as not given."""
    values = {}
    for number, (name, info) in enumerate(inputs.items()):
        value = getattr(config, _attribute(number))
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
        message = text(f"参数不合规定:{';'.join(said)}", f"not allowed: {'; '.join(in_english)}")
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
            problems += problems_of(error, f"/{_field_name(name)}")
    return problems


def _refers(value: Any) -> bool:
    if isinstance(value, str):
        return "{{" in value
    if isinstance(value, Mapping):
        return any(_refers(inner) for inner in value.values())
    return isinstance(value, (list, tuple)) and any(_refers(inner) for inner in value)


NODE = NodeType(
    label=text("平台操作", "Call"),
    summary=text("调用 {connection} 的 {action}", "calls {action} of {connection}"),
    group="connector",
    config=Config,
    run=run,
    effect_class="write",
    reasons=REASONS,
    output={},
    search=("接口", "调用", "api", "action"),
)
