"""Acts, and the roles every tenant begins with.

An act is what one endpoint asks for ("flows.publish"). Built-in roles take their acts from here,
not from their row, so that a new version of the product reaches installations that exist.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.core.text import Text, text

ACTS: Mapping[str, Text] = {
    "audit.read": text("查看操作审计", "see the audit trail"),
    "calendars.edit": text("维护工作日历", "edit working calendars"),
    "connections.edit": text("配置平台对接", "set up connections"),
    "connections.read": text("查看平台对接", "see connections"),
    "events.read": text("查看事件", "see events"),
    "events.write": text("提交事件", "send events"),
    "flows.edit": text("编辑流程", "edit flows"),
    "flows.publish": text("发布、停用流程", "publish and pause flows"),
    "flows.read": text("查看流程", "see flows"),
    "jobs.read": text("查看他人的后台任务", "see other people's jobs"),
    "keys.edit": text("创建、停用接口密钥", "create and revoke API keys"),
    "keys.read": text("查看接口密钥", "see API keys"),
    "metrics.read": text("读取监控指标", "read metrics"),
    "org.edit": text("维护组织架构", "edit the org tree"),
    "org.read": text("查看组织架构", "see the org tree"),
    "products.edit": text("维护商品", "edit products"),
    "products.read": text("查看商品", "see products"),
    "roles.edit": text("维护角色与授权", "edit roles and who holds them"),
    "roles.read": text("查看角色", "see roles"),
    "runs.act": text("重试、取消执行，处理异常", "retry, cancel and mend runs"),
    "runs.read": text("查看执行记录", "see runs"),
    "settlement.edit": text("维护计费规则、合作方与预算", "edit rate cards, parties, budgets"),
    "settlement.lock": text("锁定参数、复核变更申请", "lock values and answer change requests"),
    "settlement.own": text("查看、确认自己的对账单", "see and answer one's own statements"),
    "settlement.publish": text(
        "发布计费规则、关账、发送对账单、复核调整",
        "publish rate cards, close periods, release statements, check adjustments",
    ),
    "settlement.read": text("查看结算", "see settlement"),
    "settings.edit": text("修改企业设置", "change the tenant's settings"),
    "simulations.run": text("试运行流程", "try flows in test runs"),
    "tasks.answer": text("处理审批与任务", "answer approvals and tasks"),
    "templates.install": text("安装场景模板", "install templates"),
    "templates.read": text("查看模板库", "see templates"),
    "users.edit": text("维护用户", "edit users"),
    "users.read": text("查看用户", "see users"),
}


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A role that every tenant has."""

    name: Text
    acts: frozenset[str]


def _role(zh: str, en: str, acts: str) -> BuiltIn:
    return BuiltIn(text(zh, en), frozenset(acts.split()))


_DESIGN = (
    "flows.read flows.edit flows.publish simulations.run runs.read runs.act events.read "
    "templates.read "
)
ADMIN = "admin"
ROLES: Mapping[str, BuiltIn] = {
    ADMIN: BuiltIn(text("总部管理员", "Head office admin"), frozenset(ACTS)),
    "operations": _role(
        "实施",
        "Operations",
        _DESIGN + "templates.install events.write connections.read connections.edit "
        "calendars.edit tasks.answer jobs.read org.read users.read metrics.read "
        "products.read products.edit",
    ),
    "business": _role(
        "运营",
        "Business",
        _DESIGN + "templates.install connections.read tasks.answer org.read users.read "
        "products.read",
    ),
    "finance": _role(
        "财务",
        "Finance",
        "flows.read runs.read events.read tasks.answer audit.read org.read users.read jobs.read "
        "settlement.read settlement.edit settlement.publish products.read products.edit",
    ),
    "agent": _role("客服", "Agent", "tasks.answer"),
    "guide": _role("导购", "Store guide", "tasks.answer flows.read templates.read"),
    "partner": _role("合作方", "Partner", "settlement.own"),
    "developer": _role(
        "开发",
        "Developer",
        _DESIGN + "events.write connections.read keys.read jobs.read metrics.read",
    ),
    "viewer": _role(
        "只读", "Viewer", "flows.read runs.read events.read connections.read templates.read"
    ),
}


def acts_of(row: Any) -> frozenset[str]:
    """The acts a role's row grants: a built-in role's come from here, unknown ones do not count."""
    if row.is_built_in and row.key in ROLES:
        return ROLES[row.key].acts
    return frozenset(row.acts) & ACTS.keys()


def unknown_acts(acts: Iterable[str]) -> list[str]:
    """Those that are no acts of this product."""
    return [act for act in acts if act not in ACTS]
