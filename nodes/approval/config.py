"""What is filled in for an approval: its levels, who decides on each, and how long they have."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from engine.core.fields import Form, field
from engine.core.node import NodeConfig
from engine.core.people import People, Urge
from engine.core.text import text


class Level(Form):
    name: str = field(text("级别名称", "Level"), min_length=1, max_length=40)
    who: People = field(text("审批人", "Who decides"), widget="people")
    need: Literal["any", "all", "n"] = field(
        text("几人同意", "Whose consent"),
        help=text(
            "任何方式下，一人驳回即为驳回", "whatever is chosen, one rejection rejects the level"
        ),
        widget="select",
        default="any",
        options={
            "any": text("或签：一人同意即可", "any one of them"),
            "all": text("会签：全部同意", "all of them"),
            "n": text("其中若干人同意", "some of them"),
        },
    )
    n: int = field(
        text("同意人数", "How many"),
        help=text("选择“其中若干人同意”时有效", "counts where some of them are asked for"),
        widget="number",
        default=2,
        ge=1,
        le=100,
    )


class Config(NodeConfig):
    title: str = field(
        text("审批事项", "What is to be approved"), widget="template", min_length=1, max_length=400
    )
    levels: tuple[Level, ...] = field(
        text("审批级别", "Levels"), widget="list", min_length=1, max_length=10
    )
    details: dict[str, Any] = field(
        text("给审批人看的内容", "Details shown"),
        help=text("左边是名称，右边是内容", "name on the left, content on the right"),
        widget="mapping",
        default_factory=dict,
    )
    timeout: timedelta = field(
        text("每级最长等待", "Time for each level"),
        help=text("超过后走“超时”出口", "then the step ends by its timeout port"),
        widget="duration",
        default=timedelta(days=1),
        gt=timedelta(),
        le=timedelta(days=731),
    )
    reminders: tuple[Urge, ...] = field(
        text("催办", "Reminders"), widget="list", default=(), max_length=10
    )
