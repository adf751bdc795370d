"""`jimu settle`: tries a card on an order or a figure, closes a period, prints reports."""

from __future__ import annotations

import json
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.cli.place import TenantName, here
from engine.cli.screen import (
    AsJson,
    complain,
    locale,
    print_json,
    progress,
    show_table,
    tell,
)
from engine.core.errors import Conflict, InvalidInput, Problem
from engine.core.text import say, text
from engine.runtime.jobs import drain_jobs
from engine.runtime.period_end import close_period
from engine.runtime.settling import quoting
from engine.runtime.settling.rate_cards import read_card
from engine.runtime.settling.reports import BY
from engine.runtime.settling.reports import report as read_report
from engine.runtime.world import World
from engine.settings import load_settings
from engine.settlement.money import to_major
from engine.store import jobs as job_store

OVER = ("succeeded", "failed", "cancelled")


def add(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Settlement: try, close, report.")
    group.command("quote")(quote)
    group.command("close")(close)
    group.command("report")(report)
    app.add_typer(group, name="settle")


def quote(
    card: Annotated[str, typer.Argument(help="Key of a card, or a .json file with its document")],
    order: Annotated[
        Path | None, typer.Option(help="A file with a canonical order", exists=True)
    ] = None,
    amount: Annotated[str | None, typer.Option(help="A bare amount instead of an order")] = None,
    rule: Annotated[str | None, typer.Option(help="With --amount: which rule")] = None,
    count: Annotated[int, typer.Option(min=0, help="With --amount: the number")] = 1,
    before: Annotated[str, typer.Option(help="With --amount: the amount counted before")] = "0",
    tenant: TenantName = None,
    as_json: AsJson = False,
) -> None:
    """What an order or an amount would earn, line by line, and why. Nothing is stored."""
    if (order is None) == (amount is None):
        message = text("请用 --order 或 --amount，二者选一", "give either --order or --amount")
        raise InvalidInput(message, [Problem("/order", message, "one_of")])
    world, who = here(tenant)
    which = _read(Path(card)) if card.endswith(".json") else card
    if order is None:
        _quote_amount(world, who.tenant, which, str(amount), rule, count, before, as_json)
        return
    document = _read(order)
    found = quoting.quote(world, who.tenant, which, document.get("order", document))
    rows = [_line(one) for one in found.lines]
    unpriced = [problem for _, _, problem in found.unpriced]
    if as_json:
        print_json({"lines": rows, "problems": [one.as_json() for one in unpriced]})
    else:
        for one in found.lines:
            rate = say(one.rate, locale())
            tell(f"{one.amount} {one.currency}  {one.term} · {one.party}  {rate}")
            for sentence in one.sentences:
                tell(f"    {say(sentence, locale())}")
        for problem in unpriced:
            tell(f"{problem.path or '/'}: {say(problem.message, locale())}")
    if unpriced:
        raise typer.Exit(1)


def _quote_amount(
    world: World,
    tenant: str,
    card: Any,
    amount: str,
    rule: str | None,
    count: int,
    before: str,
    as_json: bool,
) -> None:
    """A rule's own model on bare figures; without a name the card's only rule with a model."""
    document = card if isinstance(card, dict) else read_card(world, tenant, card).draft
    named = [one["id"] for one in document.get("rules") or () if one.get("model")]
    if rule is None and len(named) != 1:
        shown = "、".join(map(str, named))
        message = text(f"请用 --rule 指明规则：{shown}", f"name a rule with --rule: {shown}")
        raise InvalidInput(message, [Problem("/rule", message, "missing")])
    minor, sentences = quoting.quote_figures(
        world, tenant, card, rule or named[0], amount=amount, count=count, before_amount=before
    )
    currency = str(document.get("currency", "CNY"))
    worth = format(to_major(minor, currency), "f")
    if as_json:
        print_json({"amount": worth, "currency": currency, "sentences": list(sentences)})
        return
    tell(f"{worth} {currency}")
    for sentence in sentences:
        tell(f"    {say(sentence, locale())}")


def _line(one: Any) -> dict[str, Any]:
    return {
        "line": one.line,
        "term": one.term,
        "party": one.party,
        "direction": one.direction,
        "amount": format(one.amount, "f"),
        "currency": one.currency,
        "rate": one.rate,
        "sentences": list(one.sentences),
    }


def _read(file: Path) -> Any:
    try:
        found = json.loads(file.read_text())
    except (OSError, ValueError, RecursionError) as fault:
        message = text(f"{file} 不是 JSON 文件", f"{file} is no file of JSON")
        raise InvalidInput(message, [Problem("", message)]) from fault
    if not isinstance(found, dict):
        message = text(f"{file} 里不是一个对象", f"{file} holds no object")
        raise InvalidInput(message, [Problem("", message)])
    return found


def close(
    period: Annotated[str, typer.Argument(help="2026-11, 2026-W46, 2026-11-H1, 2026-Q4")],
    tenant: TenantName = None,
    as_json: AsJson = False,
) -> None:
    """Closes a period: true-ups, a statement for each party, then it is locked."""
    world, who = here(tenant)
    job = _wait(world, who.tenant, close_period(world, who, period), as_json)
    if job.status != "succeeded":
        message = (job.error or {}).get("message") or text("关账没有完成", "it was not closed")
        raise Conflict(message)
    result = job.result or {}
    faults = result.get("faults") or []
    if as_json:
        print_json(result)
    elif faults:
        for fault in faults:
            tell(f"{fault['party']}: {say(fault['message'], locale())}")
    else:
        count = result.get("statements", 0)
        tell(
            text(
                f"{period} 已关账，共 {count} 张对账单",
                f"{period} is closed: {count} statements",
            )
        )
    if faults:
        complain(Conflict(text(f"{period} 还在关账中", f"{period} is still closing")))
        raise typer.Exit(1)


def _wait(world: World, tenant: str, job_id: str, as_json: bool) -> Any:
    """The job's row once it is over. Done here where no worker takes it."""
    with progress(as_json) as bar:
        task = bar.add_task(job_id, total=None)
        while True:
            drain_jobs(world, "jimu settle", seconds=1)
            with world.db.reading() as conn:
                row = job_store.find_job(conn, tenant, job_id)
            if row is not None and row.status in OVER:
                return row
            if row is not None:
                bar.update(task, completed=row.done, total=row.total)
            time.sleep(0.2)


def report(
    by: Annotated[str, typer.Argument(help=", ".join(BY))] = "party",
    month: Annotated[str | None, typer.Option(help="2026-11; without it: this month")] = None,
    tenant: TenantName = None,
    as_json: AsJson = False,
) -> None:
    """What was earned in a month by channel, shop, party, tier, campaign or service."""
    if by not in BY:
        message = text(f"只能按 {'、'.join(BY)}", f"must be one of {', '.join(BY)}")
        raise InvalidInput(message, [Problem("/by", message, "enum")])
    world, who = here(tenant)
    since, until = _month(world, month)
    rows = read_report(world, who.tenant, by, since=since, until=until).rows
    shown = [
        {
            "key": row.key,
            "orders": row.orders,
            "base": format(to_major(row.base, row.currency), "f"),
            "amount": format(to_major(row.minor, row.currency), "f"),
            "currency": row.currency,
            "rate": row.rate,
        }
        for row in rows
    ]
    if as_json:
        print_json(shown)
        return
    columns = (
        text("名称", "Name"),
        text("订单数", "Orders"),
        text("计算基数", "Base"),
        text("结算金额", "Amount"),
        text("币种", "Currency"),
        text("费率（%）", "Rate (%)"),
    )
    show_table(columns, [tuple(row.values()) for row in shown])


def _month(world: World, month: str | None) -> tuple[date, date]:
    """First and last day."""
    written = month or world.now().astimezone(load_settings().time_zone).strftime("%Y-%m")
    try:
        first = date.fromisoformat(f"{written}-01")
        after = (first + timedelta(days=31)).replace(day=1)
    except (ValueError, OverflowError) as fault:
        message = text("月份应写成 2026-11", "a month is written 2026-11")
        raise InvalidInput(message, [Problem("/month", message, "month")]) from fault
    return first, after - timedelta(days=1)
