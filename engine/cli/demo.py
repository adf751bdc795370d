"""`jimu demo`: an invented brand's day, sent by real roads and watched live."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Annotated

import structlog
import typer

from engine.cli.brand import make_brand, point_connections, stand_in_port
from engine.cli.first import TENANT, first_steps, write_secret
from engine.cli.happening import Happening
from engine.cli.place import here, is_installed, make_data_folder
from engine.cli.screen import AsJson, out, print_json, tell, tell_aside
from engine.cli.sending import Sender, Web
from engine.cli.stand_in import Server
from engine.cli.stream import Stream
from engine.cli.watching import Watcher
from engine.core.errors import EngineError, Unauthenticated
from engine.log import set_up_log
from engine.runtime.api_keys import by_key, create_key
from engine.runtime.clock import tick
from engine.runtime.outbox import drain_outbox
from engine.runtime.principal import system
from engine.runtime.queue import QuietQueue
from engine.runtime.runner import drain_lanes
from engine.runtime.world import World
from engine.settings import Settings, load_settings
from engine.store.db import Database, DatabaseFault
from engine.store.schema import migrate

log = structlog.get_logger(__name__)

KEY_FILE = "demo-key.txt"
SETTLE_FOR = 15.0
LINE_EVERY = 10.0


def add(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    rate: Annotated[float, typer.Option(min=0.1, max=500, help="Happenings a second")] = 5.0,
    count: Annotated[int, typer.Option(min=1, help="How many to send")] = 150,
    forever: Annotated[bool, typer.Option(help="Go on until Ctrl-C")] = False,
    seed: Annotated[int, typer.Option(help="The same seed tells the same story")] = 1,
    wait: Annotated[float, typer.Option(help="Seconds to wait for a server to answer")] = 0.0,
    lines: Annotated[bool, typer.Option(help="A line now and then, no live table")] = False,
    as_json: AsJson = False,
) -> None:
    """Sends a stream of orders, refunds and messages and shows what becomes of them.

    With a server running (`jimu up --demo`) they go there over HTTP; without one this process does
    the work itself, on the same data folder.
    """
    settings = load_settings()
    set_up_log(settings)
    if not is_installed(settings):
        make_data_folder(settings)
        migrate(Database(settings.database_url), settings.lanes)
    told = tell_aside if as_json else tell
    first_steps(settings, told=told)
    world, who = here(TENANT, settings)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(Server(stand_in_port(settings)))
        for words in make_brand(world, TENANT, settings):
            told(words)
        point_connections(world, TENANT, server.url)
        web = _find_web(settings, world, wait)
        if web is None:
            stack.enter_context(_working_here(world))
        sender = Sender(world, who.tenant, web)
        watcher = Watcher(world, who.tenant, server.stand_in, sender, is_here=web is None)
        quiet = as_json or lines or not out.is_terminal
        with watcher.live(show=not quiet), contextlib.suppress(KeyboardInterrupt):
            _send_all(Stream(seed), sender, watcher, rate, None if forever else count, lines)
            _settle(world, watcher)
        if as_json:
            print_json(watcher.summary())
        elif quiet:
            tell(watcher.line())


def _find_web(settings: Settings, world: World, wait: float) -> Web | None:
    """The server, with a key of the demo's own; None where none answers."""
    until = time.monotonic() + wait
    while not Web(settings.public_url, timeout=5).is_up():
        if time.monotonic() >= until:
            return None
        time.sleep(0.5)
    return Web(settings.public_url, _key(settings, world))


def _key(settings: Settings, world: World) -> str:
    """The key kept in <data>/demo-key.txt, made anew where it is missing or was revoked."""
    file = settings.data_dir / KEY_FILE
    with contextlib.suppress(OSError, Unauthenticated):
        kept = file.read_text().strip()
        by_key(world, kept, None)
        return kept
    made = create_key(world, system(TENANT), "jimu demo", ["events.write"]).secret
    write_secret(file, made + "\n")
    return made


@contextlib.contextmanager
def _working_here(world: World) -> Iterator[None]:
    """One thread that does what workers and scheduler do, for as long as the demo lasts."""
    world.queue = QuietQueue()
    world.allowed_private_hosts = world.allowed_private_hosts | {"127.0.0.1"}
    stopped = threading.Event()

    def work() -> None:
        pause = 0.0
        while not stopped.wait(pause):
            try:
                done = drain_lanes(world, "demo", seconds=1) + drain_outbox(
                    world, "demo", seconds=1
                )
                tick(world)
            except DatabaseFault as fault:
                log.warning("database fault, tried again", error=str(fault)[:200])
                done = 0
            pause = 0.0 if done else 0.1

    thread = threading.Thread(target=work, name="demo-worker")
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _send_all(
    stream: Stream, sender: Sender, watcher: Watcher, rate: float, count: int | None, lines: bool
) -> None:
    """Keeps the pace: what is due since the last round goes out together."""
    began, told, sent = time.monotonic(), time.monotonic(), 0
    while count is None or sent < count:
        due = int((time.monotonic() - began) * rate) + 1 - sent
        if count is not None:
            due = min(due, count - sent)
        if due > 0:
            part = [stream.next() for _ in range(min(due, 50))]
            sent += len(part)
            _prepare(watcher, part)
            try:
                sender.send(part)
            except (EngineError, *DatabaseFault) as fault:
                log.warning("not handed in", error=str(fault)[:200])
                time.sleep(1)
        watcher.refresh()
        if lines and time.monotonic() - told >= LINE_EVERY:
            told = time.monotonic()
            tell(watcher.line())
        time.sleep(min(0.2, 1 / rate))


def _prepare(watcher: Watcher, part: list[Happening]) -> None:
    """The platform knows an order before it tells about it."""
    for one in part:
        if one.order is not None:
            watcher.stand_in.tell_order(one.order)
        if one.case is not None:
            watcher.stand_in.tell_case(one.case)


def _settle(world: World, watcher: Watcher) -> None:
    """Waits until nothing is left to do now, at most for a while."""
    until = time.monotonic() + SETTLE_FOR
    while time.monotonic() < until:
        watcher.refresh(force=True)
        if watcher.is_settled:
            return
        time.sleep(0.2)
