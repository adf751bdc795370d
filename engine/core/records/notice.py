"""What the system's own events tell: enough of a ticket, budget, stock item, connection or run to
decide on, not the thing itself (a flow reads that when it needs more)."""

from __future__ import annotations

from engine.core.records.record import (
    Amount,
    Count,
    Currency,
    Identities,
    Moment,
    Name,
    Number,
    Record,
    Ref,
    Words,
    named,
)


class TicketNotice(Record):
    """A ticket at the moment something happened to it."""

    id: Ref = named("工单编号", "ticket")
    title: Name | None = named("工单标题", "title", None)
    queue: Name | None = named("工单队列", "queue", None)
    status: Name | None = named("工单状态", "status", None)
    priority: Name | None = named("优先级", "priority", None)
    assignee: Name | None = named("处理人", "assignee", None)
    due_at: Moment | None = named("到期时间", "due at", None)
    order_id: Ref | None = named("平台订单号", "order number", None)
    reason: Words | None = named("原因", "reason", None)
    score: Number | None = named("客户评分", "rating", None)
    identities: Identities | None = named("客户身份", "customer identities", None)


class SettlementNotice(Record):
    """A budget, period or statement at the moment something happened to it."""

    id: Ref = named("编号", "id")
    name: Name | None = named("名称", "name", None)
    party: Name | None = named("合作方", "party", None)
    campaign: Name | None = named("活动", "campaign", None)
    period: Name | None = named("结算周期", "period", None)
    currency: Currency = named("币种", "currency", "CNY")
    amount: Amount | None = named("金额", "amount", None)
    limit_amount: Amount | None = named("上限金额", "limit", None)
    reason: Words | None = named("原因", "reason", None)


class StockNotice(Record):
    """A stock item whose quantity passed a mark."""

    id: Ref = named("备件编号", "item")
    name: Name | None = named("备件名称", "name", None)
    site: Name | None = named("仓库", "site", None)
    quantity: Number = named("现有数量", "quantity")
    threshold: Number | None = named("预警数量", "threshold", None)


class ConnectorNotice(Record):
    """A connection whose health changed."""

    connection: Ref = named("连接", "connection")
    connector: Name | None = named("平台", "connector", None)
    state: Name | None = named("状态", "state", None)
    reason: Words | None = named("原因", "reason", None)
    failures: Count | None = named("连续失败次数", "failures in a row", None)
    since: Moment | None = named("开始时间", "since", None)
    until: Moment | None = named("暂停调用至", "not called before", None)


class FlowNotice(Record):
    """A flow that was published, taken back or switched off; a run that ended or stopped."""

    key: Ref = named("流程", "flow")
    name: Name | None = named("流程名称", "name", None)
    version: Count | None = named("版本", "version", None)
    run: Ref | None = named("执行编号", "run", None)
    node: Name | None = named("节点", "node", None)
    status: Name | None = named("状态", "status", None)
    error: Words | None = named("错误", "error", None)
    code: Name | None = named("错误代码", "error code", None)
    incident: Ref | None = named("异常编号", "incident", None)
    by: Name | None = named("操作人", "by", None)
