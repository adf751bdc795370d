"""What the demo shows while it runs: events, runs by flow, effects by status, the last outcomes."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from rich.columns import Columns
from rich.console import Group
from rich.live import Live
from rich.markup import escape
from rich.table import Table

from engine.cli.screen import locale, out
from engine.cli.sending import Sender
from engine.cli.stand_in import StandIn
from engine.core.text import Text, say, text
from engine.runtime.world import World
from engine.store import effects as effect_store
from engine.store import flows as flow_store
from engine.store import lanes as lane_store
from engine.store import runs as run_store

EVERY = 0.5
LATEST = 1000
STATUS: dict[str, Text] = {
    "succeeded": text("完成", "done"),
    "waiting": text("等待中", "waiting"),
    "running": text("执行中", "running"),
    "queued": text("排队", "queued"),
    "failed": text("失败", "failed"),
    "cancelled": text("取消", "cancelled"),
}
EFFECT_STATUS: dict[str, Text] = {
    "pending": text("待发送", "waiting to go out"),
    "sending": text("发送中", "going out"),
    "delivered": text("已送达", "delivered"),
    "failed": text("失败", "failed"),
    "unknown": text("结果待确认", "result unknown"),
}
CLOSED = text(
    "服务不允许访问本机的演示平台，发往那里的动作都会失败。请用 jimu up --demo 启动服务。",
    "The server may not reach the demo's platforms on this machine, so every call to them fails. "
    "Start it with jimu up --demo.",
)


class Watcher:
    """Reads the store now and then; the numbers of runs are those of the latest thousand."""

    def __init__(
        self, world: World, tenant: str, stand_in: StandIn, sender: Sender, *, is_here: bool
    ) -> None:
        self._world, self._tenant, self._sender = world, tenant, sender
        self.stand_in, self._is_here = stand_in, is_here
        self._began = self._read_at = time.monotonic()
        self._live: Live | None = None
        self._flows: dict[str, Counter[str]] = {}
        self._effects: dict[str, int] = {}
        self._last: list[tuple[str, str, str]] = []
        self._backlog = 0
        self._is_closed = False  # the server refuses addresses of this machine

    @contextlib.contextmanager
    def live(self, *, show: bool) -> Iterator[None]:
        """The table in the terminal while this lasts; without `show` nothing is drawn."""
        if not show:
            yield
            return
        with Live(console=out, refresh_per_second=4, get_renderable=self.picture) as self._live:
            yield
        self._live = None

    @property
    def is_settled(self) -> bool:
        """Whether nothing waits to be worked on or delivered now."""
        under_way = self._effects.get("pending", 0) + self._effects.get("sending", 0)
        return not self._backlog and not under_way

    def refresh(self, *, force: bool = False) -> None:
        if not force and time.monotonic() - self._read_at < EVERY:
            return
        self._read_at = time.monotonic()
        with self._world.db.reading() as conn:
            names = {row.id: row.name for row in flow_store.list_flows(conn, self._tenant)}
            rows = run_store.list_runs(conn, self._tenant, limit=LATEST)
            self._effects = effect_store.count_by_status(conn, self._tenant)
            self._backlog, _ = lane_store.backlog(conn)
        flows: dict[str, Counter[str]] = {}
        for row in rows:
            flows.setdefault(names.get(row.flow_id, row.flow_id), Counter())[row.status] += 1
        self._flows = flows
        ended = [row for row in rows if row.ended_at is not None]
        self._is_closed = any((row.error or {}).get("code") == "private_address" for row in ended)
        self._last = [
            (f"{row.ended_at.astimezone():%H:%M:%S}", names.get(row.flow_id, ""), _outcome(row))
            for row in sorted(ended, key=lambda row: row.ended_at, reverse=True)[:8]
        ]

    def summary(self) -> dict[str, Any]:
        """Everything as JSON values."""
        seconds = max(time.monotonic() - self._began, 0.001)
        sent = sum(self._sender.sent.values())
        return {
            "events": {
                "sent": sent,
                "by_type": dict(sorted(self._sender.sent.items())),
                "by_road": dict(self._sender.roads),
                "per_second": round(sent / seconds, 1),
                "refused": list(self._sender.refused),
            },
            "runs": {name: dict(found) for name, found in self._flows.items()},
            "effects": dict(self._effects),
            "platforms": {
                "calls": dict(self.stand_in.calls),
                "keys": self.stand_in.distinct,
                "repeated_keys": self.stand_in.repeated,
                "said_busy": self.stand_in.busy,
            },
            "last": [
                {"at": at, "flow": flow, "outcome": outcome} for at, flow, outcome in self._last
            ],
        }

    def line(self) -> Text:
        """How it stands, in one sentence."""
        runs: Counter[str] = Counter()
        for found in self._flows.values():
            runs.update(found)
        sent, done = sum(self._sender.sent.values()), runs["succeeded"]
        waiting, failed = runs["waiting"], runs["failed"]
        delivered = self._effects.get("delivered", 0)
        return text(
            f"演示：已发 {sent} 个事件；最近的执行中 {done} 个完成、{waiting} 个等待、"
            f"{failed} 个失败；已送达 {delivered} 个动作",
            f"demo: {sent} events sent; of the latest runs {done} done, {waiting} waiting, "
            f"{failed} failed; {delivered} effects delivered",
        )

    # -- drawing -----------------------------------------------------------------------------------

    def picture(self) -> Group:
        found = self.summary()
        events = found["events"]
        where = (
            text("本进程直接处理", "worked on in this process")
            if self._is_here
            else text("经 HTTP 送入", "sent over HTTP")
        )
        head = text(
            f"积木演示 · 已发 {events['sent']} 个事件 · {events['per_second']}/秒 · {where['zh']}",
            f"Jimu demo · {events['sent']} events · {events['per_second']}/s · {where['en']}",
        )
        said = [f"[bold]{escape(_say(head))}[/]"]
        warnings = [*self._sender.refused[-2:], *([_say(CLOSED)] if self._is_closed else [])]
        said += [f"[red]{escape(one)}[/]" for one in warnings]
        return Group(
            *said,
            self._runs_table(),
            Columns([self._effects_table(), self._platforms_table()], padding=(0, 4)),
            self._outcomes_table(),
        )

    def _runs_table(self) -> Table:
        table = Table(title=_say(text("执行", "Runs")), title_justify="left")
        table.add_column(_say(text("流程", "Flow")))
        for words in STATUS.values():
            table.add_column(_say(words), justify="right")
        for name, found in sorted(self._flows.items()):
            table.add_row(escape(name), *(str(found[status] or "") for status in STATUS))
        return table

    def _effects_table(self) -> Table:
        table = Table(title=_say(text("对外动作", "Effects")), title_justify="left")
        table.add_column(_say(text("状态", "Status")))
        table.add_column(_say(text("数量", "Number")), justify="right")
        for status, number in sorted(self._effects.items()):
            words = EFFECT_STATUS.get(status)
            table.add_row(_say(words) if words else status, str(number))
        return table

    def _platforms_table(self) -> Table:
        table = Table(title=_say(text("演示平台收到", "At the platforms")), title_justify="left")
        table.add_column(_say(text("平台", "System")))
        table.add_column(_say(text("调用", "Calls")), justify="right")
        for system, number in sorted(self.stand_in.calls.items()):
            table.add_row(system, str(number))
        keys = text("不同的幂等键", "different keys")
        table.add_row(_say(keys), str(self.stand_in.distinct))
        table.add_row(_say(text("重复的键", "keys come again")), str(self.stand_in.repeated))
        return table

    def _outcomes_table(self) -> Table:
        table = Table(title=_say(text("最近的结果", "Last outcomes")), title_justify="left")
        for words in (text("时间", "At"), text("流程", "Flow"), text("结果", "Outcome")):
            table.add_column(_say(words))
        for at, flow, outcome in self._last:
            table.add_row(at, escape(flow), escape(outcome))
        return table


def _say(words: Text) -> str:
    return say(words, locale())


def _outcome(row: Any) -> str:
    """What an end said; else the error, else the status."""
    if isinstance(row.error, dict):
        message = row.error.get("message")
        return str(message.get(locale()) if isinstance(message, dict) else message)[:80]
    output = row.output
    if isinstance(output, dict) and output.get("outcome"):
        return str(output["outcome"])[:80]
    return _say(STATUS.get(row.status, text(row.status, row.status)))
