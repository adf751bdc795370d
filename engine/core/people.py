"""Whom a step turns to: the people who decide, how they are reminded, and the customer it is about.

The nodes that ask or tell somebody share these, so that they look and mean the same everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from engine.core.choices import RESERVED, port_id, port_name
from engine.core.errors import GiveUp, Problem
from engine.core.fields import Form, field
from engine.core.node import Context, Port, Reminder
from engine.core.text import text

NO_CUSTOMER = text(
    "这次执行没有对应的客户，也没有另外指定客户",
    "this run has no customer and the step names no other",
)


class People(Form):
    """Who is meant: named people, everybody with a role, or somebody seen from a person."""

    users: tuple[str, ...] = field(
        text("指定人员", "People"),
        help=text(
            "员工编号，也可以引用数据，例如 {{ customer.owner_user }} 表示客户的归属导购",
            "user ids or references, e.g. {{ customer.owner_user }} for the customer's own guide",
        ),
        widget="tags",
        default=(),
    )
    roles: tuple[str, ...] = field(
        text("角色", "Roles"),
        help=text("拥有该角色的所有人", "everybody who has the role"),
        widget="tags",
        default=(),
    )
    relative: Literal["manager", "store_manager", "department_head"] | None = field(
        text("相对身份", "Relative"),
        help=text("相对于下面这个人来确定", "seen from the person below"),
        widget="select",
        default=None,
        options={
            "manager": text("直属上级", "direct manager"),
            "store_manager": text("店长", "store manager"),
            "department_head": text("部门负责人", "head of department"),
        },
    )
    of: str = field(
        text("谁的", "Of whom"),
        help=text(
            "例如 {{ customer.owner_user }} 表示客户的归属人",
            "e.g. {{ customer.owner_user }}, the customer's owner",
        ),
        widget="template",
        default="",
    )


class Urge(Form):
    """A reminder while somebody has not answered yet (催办)."""

    id: str = port_id()
    name: str = port_name()
    after: timedelta = field(
        text("多久没处理就提醒", "Remind after"), widget="duration", gt=timedelta()
    )
    every: timedelta | None = field(
        text("之后每隔", "Then every"),
        help=text("留空表示只提醒一次", "empty: only once"),
        widget="duration",
        default=None,
        gt=timedelta(),
    )
    times: int = field(
        text("最多提醒几次", "At most, times"), widget="number", default=3, ge=1, le=100
    )


def whom(people: People, ctx: Context) -> dict[str, Any]:
    """The people as a Read or a notify effect takes them: users named, empty values dropped."""
    users: list[str] = []
    for user in people.users:
        named = ctx.render(user)
        for one in named if isinstance(named, (list, tuple)) else (named,):
            if one not in (None, "") and str(one) not in users:
                users.append(str(one))
    meant: dict[str, Any] = {"users": users, "roles": list(people.roles)}
    if people.relative is not None:
        meant["relative"] = people.relative
        meant["of"] = ctx.render(people.of) or None
    return meant


def unclear(people: People, path: str) -> list[Problem]:
    """What is missing for anybody to be meant."""
    if people.relative and not people.of:
        message = text("请写明是谁的上级、店长或负责人", "say whose manager or head is meant")
        return [Problem(f"{path}/of", message, code="missing")]
    if people.users or people.roles or people.relative:
        return []
    return [Problem(path, text("还没有选人", "nobody is chosen"), code="nobody")]


def reminders(urges: tuple[Urge, ...]) -> tuple[Reminder, ...]:
    """The reminders of a waiting step."""
    return tuple(
        Reminder(urge.id, urge.after, urge.every, urge.times if urge.every else 1) for urge in urges
    )


def reserved_ports(urges: tuple[Urge, ...], ports: tuple[Port, ...]) -> list[Problem]:
    """Reminders whose port is already another's: the step's own outcome or an earlier reminder."""
    taken = {port.id for port in ports} | RESERVED
    problems = []
    for index, urge in enumerate(urges):
        if urge.id in taken:
            message = text(
                f"出口标识 {urge.id} 已被占用", f"the port id {urge.id} is already taken"
            )
            problems.append(Problem(f"/reminders/{index}/id", message, code="duplicate_port"))
        taken.add(urge.id)
    return problems


def customer_id(template: str, ctx: Context) -> str:
    """The customer a step is about: the one named, else the run's own.

    Raises GiveUp (code "no_customer") when there is neither.
    """
    if template:
        named = ctx.render(template)
        if isinstance(named, dict):  # {{ steps.find }} names the record
            named = named.get("id")
    else:
        named = own_customer(ctx)
    if named in (None, ""):
        raise GiveUp(NO_CUSTOMER, code="no_customer")
    return str(named)


def own_customer(ctx: Context) -> str | None:
    """The id of the customer whose run this is."""
    return customer_of(ctx.owner, ctx.customer)


def customer_of(owner: str, customer: Mapping[str, Any] | None) -> str | None:
    """The id of the customer who is the owner, else of the one read for it."""
    if owner.startswith("customer:"):
        return owner[9:] or None
    found = (customer or {}).get("id")
    return str(found) if found else None


def customer_field() -> Any:
    """The field that chooses another customer than the run's own."""
    return field(
        text("客户", "Customer"),
        help=text(
            "留空表示这次执行的客户；也可以填客户编号，例如 {{ steps.find.id }}",
            "empty: the customer of this run; else an id such as {{ steps.find.id }}",
        ),
        widget="template",
        default="",
    )
