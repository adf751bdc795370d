"""`jimu doctor`: what this machine and this installation have, a sentence each."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import typer

from engine.cli.place import AddressTaken, check_address, is_installed
from engine.cli.screen import AsJson, locale, out, print_json
from engine.core.errors import EngineError
from engine.core.text import Text, say, text
from engine.embedded import find_server, ping, socket_path
from engine.runtime.queue import RedisQueue
from engine.settings import Settings, load_settings
from engine.store import schema
from engine.store.db import Database, DatabaseFault

State = Literal["fine", "warning", "bad"]
MARKS = {"fine": "[green]✓[/]", "warning": "[yellow]![/]", "bad": "[red]✗[/]"}
LEAST_FREE = 1 << 30
LEAST_PYTHON = (3, 11)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; only "bad" keeps the product from working."""

    name: str
    state: State
    words: Text


def add(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(as_json: AsJson = False) -> None:
    """Looks at everything an installation needs. Exit code 1 when something keeps it from working.

    Changes nothing.
    """
    found = list(look(load_settings()))
    if as_json:
        shown = [{"name": one.name, "state": one.state, "message": one.words} for one in found]
        print_json({"fine": all(one.state != "bad" for one in found), "checks": shown})
    else:
        for one in found:
            out.print(MARKS[one.state], end=" ")
            out.print(say(one.words, locale()), markup=False, soft_wrap=True)
    raise typer.Exit(1 if any(one.state == "bad" for one in found) else 0)


def look(settings: Settings) -> Iterator[Finding]:
    """One finding after the other; a check that cannot be made is a bad finding itself."""
    checks: tuple[tuple[str, Callable[[Settings], Finding]], ...] = (
        ("python", _python),
        ("disk", _disk),
        ("keys", _keys),
        ("database", _database),
        ("clock", _clock),
        ("redis", _redis),
        ("port", _port),
        ("node", _node),
        ("chromium", _chromium),
    )
    for name, check in checks:
        try:
            yield check(settings)
        except (EngineError, OSError) as fault:
            words = (
                fault.message if isinstance(fault, EngineError) else text(str(fault), str(fault))
            )
            yield Finding(name, "bad", words)


def _python(settings: Settings) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < LEAST_PYTHON:
        words = text(
            f"Python {version} 太旧，需要 3.11 及以上", f"Python {version} is too old: 3.11"
        )
        return Finding("python", "bad", words)
    return Finding("python", "fine", text(f"Python {version}", f"Python {version}"))


def _disk(settings: Settings) -> Finding:
    """Free space where the data folder is, or would be; whether it can be written."""
    folder = settings.data_dir
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    try:
        with tempfile.TemporaryFile(dir=folder):
            state: State = "fine" if free >= LEAST_FREE else "warning"
    except OSError as fault:
        words = text(
            f"数据目录 {settings.data_dir} 不可写：{fault.strerror}",
            f"the data folder {settings.data_dir} cannot be written: {fault.strerror}",
        )
        return Finding("disk", "bad", words)
    return Finding(
        "disk",
        state,
        text(
            f"数据目录 {settings.data_dir} 可写，剩余 {free / 2**30:.1f} GiB",
            f"data folder {settings.data_dir} can be written, {free / 2**30:.1f} GiB free",
        ),
    )


def _keys(settings: Settings) -> Finding:
    file = settings.secret_key_file
    if not file.exists():
        words = text("密钥文件将在首次启动时创建", "the key file is made at the first start")
        return Finding("keys", "fine", words)
    mode = file.stat().st_mode & 0o777
    if mode & 0o077:
        return Finding(
            "keys",
            "bad",
            text(
                f"密钥文件 {file} 可被他人读取（{mode:o}），请执行 chmod 600 {file}",
                f"the key file {file} is open to others ({mode:o}): chmod 600 {file}",
            ),
        )
    words = text(f"密钥文件 {file} 仅本人可读", f"the key file {file} is yours only")
    return Finding("keys", "fine", words)


def _database(settings: Settings) -> Finding:
    if settings.is_sqlite and not is_installed(settings):
        words = text("还没有数据库：jimu up 会创建", "no database yet: jimu up makes it")
        return Finding("database", "warning", words)
    db = Database(settings.database_url)
    try:
        at, newest = schema.revision(db), schema.newest()
    except DatabaseFault as fault:
        said = str(fault).splitlines()[0][:160]
        return Finding(
            "database",
            "bad",
            text(f"数据库没有应答：{said}", f"the database does not answer: {said}"),
        )
    finally:
        db.dispose()
    kind = "SQLite" if settings.is_sqlite else "PostgreSQL"
    if at != newest:
        return Finding(
            "database",
            "bad",
            text(
                f"{kind} 的表结构是 {at}，需要 {newest}：请运行 jimu migrate",
                f"{kind} is at schema {at} and {newest} is needed: run jimu migrate",
            ),
        )
    words = text(f"{kind} 正常，表结构 {at}", f"{kind} answers, schema {at}")
    return Finding("database", "fine", words)


def _clock(settings: Settings) -> Finding:
    """The clock against the database's: signatures and timers stand on it."""
    if time.time() < 1_700_000_000:
        return Finding("clock", "bad", text("系统时钟不对", "the system's clock is wrong"))
    if settings.is_sqlite or not is_installed(settings):
        return Finding("clock", "fine", text("系统时钟正常", "the system's clock looks right"))
    db = Database(settings.database_url)
    try:
        with db.reading() as conn:
            there = conn.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    finally:
        db.dispose()
    apart = abs(there.timestamp() - time.time())
    state: State = "fine" if apart < 5 else "warning"
    words = text(f"与数据库时钟相差 {apart:.1f} 秒", f"{apart:.1f} s from the database's clock")
    return Finding("clock", state, words)


def _redis(settings: Settings) -> Finding:
    if settings.is_embedded:
        server = find_server()
        running = ping(socket_path(settings.data_dir))
        said = text("正在运行", "is running") if running else text("随 jimu up 启动", "by jimu up")
        words = text(
            f"内置 Valkey({server}){said['zh']}", f"embedded Valkey ({server}) {said['en']}"
        )
        return Finding("redis", "fine", words)
    if RedisQueue(settings.redis_url).is_reachable():
        return Finding("redis", "fine", text("Redis 正常", "Redis answers"))
    return Finding(
        "redis",
        "warning",
        text(
            "Redis 没有应答；数据不会丢，恢复之前收到的事件会排队等待",
            "Redis does not answer; nothing is lost, but what comes in waits until it is back",
        ),
    )


def _port(settings: Settings) -> Finding:
    try:
        check_address(settings)
    except AddressTaken:
        return Finding(
            "port",
            "warning",
            text(
                f"端口 {settings.port} 已被占用（也许积木正在运行）",
                f"port {settings.port} is in use (perhaps by a running Jimu)",
            ),
        )
    words = text(f"端口 {settings.port} 空闲", f"port {settings.port} is free")
    return Finding("port", "fine", words)


def _node(settings: Settings) -> Finding:
    found = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
    if found:
        return Finding("node", "fine", text(f"Node:{found}", f"Node: {found}"))
    words = text("没有 Node;只有修改画面时才需要", "no Node; only changing the screens needs it")
    return Finding("node", "warning", words)


def _chromium(settings: Settings) -> Finding:
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    found = next((path for path in map(shutil.which, names) if path), None)
    if found:
        return Finding("chromium", "fine", text(f"Chromium:{found}", f"Chromium: {found}"))
    words = text("没有 Chromium;只有浏览器测试需要", "no Chromium; only tests in a browser need it")
    return Finding("chromium", "warning", words)
