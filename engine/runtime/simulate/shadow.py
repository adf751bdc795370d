"""A draft beside the live version, on live events, with every effect withheld.

1. At midnight of the tenant's zone the events of the day go through both versions in scratch
   worlds; what differs is kept as a test run of kind "shadow". Waits are wound to their end there
   and then, with the answers the shadow was set up with; nothing of it ever reaches a platform, a
   person's desk or the live database.
2. Whoever started it is told what came of the day, or why it could not be compared.
3. `since` moves on only when a day was taken up: a day that could not be (the draft is being worked
   on, the server was down) comes with the next one, up to LONGEST.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from engine.core.cells import zone as read_zone
from engine.core.errors import Conflict, EngineError, InvalidInput, NotFound, Problem
from engine.core.ids import new_id
from engine.core.text import Text, say, text
from engine.runtime.jobs import Cancelled, Progress, job_kind
from engine.runtime.principal import Principal, system
from engine.runtime.simulate.asked import Setup, read_setup
from engine.runtime.simulate.chosen import choose
from engine.runtime.simulate.fitting import check_setup
from engine.runtime.simulate.jobs import drop_simulation, run_simulation, start_simulation
from engine.runtime.world import World
from engine.store import accounts as account_store
from engine.store import flows as flow_store
from engine.store import jobs as job_store
from engine.store import simulations as store
from engine.store import tasks as task_store
from engine.store.db import Connection

log = structlog.get_logger(__name__)
DAY = timedelta(days=1)
LONGEST = timedelta(days=7)
# Events are listed by when they were received; the last ones of a day may still be on their way.
SETTLES = timedelta(minutes=1)
ADMINS = ("admin",)


def start_shadow(
    world: World, who: Principal, flow_key: str, options: dict[str, Any], until: datetime | None
) -> Any:
    """Lets the draft run beside the live version from now on; Conflict when one runs already.

    `options` are the answers, people and parameters of a test run's set-up. NotFound where nothing
    is live or there is no draft; InvalidFlow where the draft could not be published, InvalidInput
    for answers and parameters that do not fit it.
    """
    now = world.now()
    setup = _setup(flow_key, options, now, now + DAY)
    if until is not None and until <= now:
        said = text("结束时间应晚于现在", "it must end later than now")
        raise InvalidInput(said, [Problem("/until", said, "order")])
    with world.db.reading() as conn:
        live = choose(world, conn, who.tenant, setup, "live")
        draft = choose(world, conn, who.tenant, setup, "draft")
        check_setup(world, conn, who.tenant, setup, [draft, live])
    with world.db.begin() as conn:
        # Of two who start it at the same moment the second waits here, and is refused.
        flow_store.lock_tenant(conn, who.tenant)
        if store.running_shadow(conn, who.tenant, flow_key) is not None:
            raise Conflict(
                text("这个流程已有影子运行", "a draft of this flow runs beside it already")
            )
        id_ = new_id("shw", now)
        store.insert_shadow(
            conn,
            {
                "id": id_,
                "tenant": who.tenant,
                "flow_key": setup.flow,
                "status": "running",
                "setup": options,
                "since": now,
                "next_at": _next_end(now, _zone(conn, who.tenant), until),
                "until": until,
                "started_by": who.id,
                "created_at": now,
            },
        )
        who.note(conn, now, "simulations.run", f"flow:{flow_key}", {"shadow": id_})
        return store.find_shadow(conn, who.tenant, id_)


def stop_shadow(world: World, who: Principal, flow_key: str) -> Any:
    """Ends it; what was found stays. NotFound when none runs."""
    with world.db.begin() as conn:
        row = store.running_shadow(conn, who.tenant, flow_key)
        if row is None:
            raise NotFound(text("没有影子运行", "no draft runs beside this flow"))
        store.move_shadow(conn, who.tenant, row.id, row.next_at, {"status": "stopped"})
        note = {"shadow": row.id, "stopped": True}
        who.note(conn, world.now(), "simulations.run", f"flow:{flow_key}", note)
        return store.find_shadow(conn, who.tenant, row.id)


def read_shadow(world: World, tenant: str, flow_key: str) -> tuple[Any, list[tuple[Any, Any]]]:
    """The running shadow of a flow and its comparisons, the newest first; NotFound without one.

    A comparison is a test run's row with {since, until, pairs, different, difference}: the day, and
    what its job has counted; None while it is not over.
    """
    with world.db.reading() as conn:
        row = store.running_shadow(conn, tenant, flow_key)
        if row is None:
            raise NotFound(text("没有影子运行", "no draft runs beside this flow"))
        rows = store.list_simulations(conn, tenant, flow_key=flow_key, kind="shadow", limit=31)
        jobs = [job_store.find_job(conn, tenant, one.job_id or "") for one in rows]
    return row, [(one, _day(job)) for one, job in zip(rows, jobs, strict=True)]


def _day(job: Any) -> dict[str, Any]:
    window = ((job.args.get("setup") or {}).get("window") or {}) if job is not None else {}
    counted = (job.result or {}) if job is not None else {}
    return {
        **{name: window.get(name) for name in ("since", "until")},
        **{name: counted.get(name) for name in ("pairs", "different", "difference")},
    }


def run_due_shadows(world: World) -> int:
    """Starts the comparison of each day that is over, each once."""
    now, started = world.now(), 0
    with world.db.reading() as conn:
        due = store.due_shadows(conn, now - SETTLES)
    for row in due:
        started += _start_day(world, row, now)
    return started


def _start_day(world: World, row: Any, now: datetime) -> bool:
    """Takes up one day: the claim first (of two schedulers one has it), then the test run."""
    with world.db.begin() as conn:
        zone = _zone(conn, row.tenant)
        edge = row.next_at
        if now - edge > LONGEST:
            edge = _midnight(now, zone)  # the server was away: not a report for each day of that
        edge = min(edge, row.until or edge)
        following = _next_end(edge, zone, row.until)
        if not store.move_shadow(conn, row.tenant, row.id, row.next_at, {"next_at": following}):
            return False
    since = max(row.since, edge - LONGEST)
    try:
        id_, _ = start_simulation(
            world,
            system(row.tenant),
            _setup(row.flow_key, row.setup, since, edge),
            kind="shadow",
        )
    except EngineError as fault:
        # A draft that is being worked on may be unfit today: the day comes with the next one.
        log.warning("shadow not run", flow=row.flow_key, error=str(fault)[:200])
        _tell(world, row, f"{row.id}/{edge.isoformat()}", since, _not_compared(fault.message))
        reached = since
    else:
        log.info("shadow run", flow=row.flow_key, simulation=id_)
        reached = edge
    is_last = row.until is not None and row.until <= edge
    with world.db.begin() as conn:
        values = {"since": reached, "status": "stopped" if is_last else "running"}
        store.move_shadow(conn, row.tenant, row.id, following, values)
    return bool(reached == edge)


@job_kind("shadow", dropped=drop_simulation)
def compare_day(world: World, job: Any, progress: Progress) -> dict[str, Any]:
    """A day's test run as any other; afterwards whoever started the shadow is told."""
    setup = read_setup(job.args["setup"])
    assert setup.window is not None
    since = setup.window.since
    id_ = job.args["simulation"]
    with world.db.reading() as conn:
        shadow = store.last_shadow(conn, job.tenant, setup.flow)
    try:
        found = run_simulation(world, job, progress)
    except Cancelled:
        raise
    except BaseException as fault:
        said = getattr(fault, "message", text("系统内部出错", "an internal fault"))
        _tell(world, shadow, id_, since, _not_compared(said), link=f"/simulations/{id_}")
        raise
    with world.db.reading() as conn:
        row = store.find_simulation(conn, job.tenant, id_)
    compared = ((row.report or {}).get("comparison") or {}) if row is not None else {}
    counted = {
        "pairs": compared.get("pairs", 0),
        "different": compared.get("different", 0),
        "difference": (compared.get("money") or {}).get("difference"),
    }
    _tell(world, shadow, id_, since, _compared(counted), link=f"/simulations/{id_}")
    return {**found, **counted}


# -- telling ---------------------------------------------------------------------------------------


def _compared(counted: Mapping[str, Any]) -> Text:
    pairs, different, gap = counted["pairs"], counted["different"], counted["difference"]
    if not pairs:
        return text("这一天没有执行", "nothing ran on that day")
    said = text(
        f"{pairs} 次执行中 {different} 次与线上版本不同",
        f"{different} of {pairs} runs differ from the live version",
    )
    if gap is None or not Decimal(gap):
        return said
    return text(f"{said['zh']}，金额相差 {gap}", f"{said['en']}, money by {gap}")


def _not_compared(why: Text) -> Text:
    return text(f"没有对照成：{why['zh']}", f"could not be compared: {why['en']}")


def _tell(
    world: World, shadow: Any, key: str, since: datetime, words: Text, link: str | None = None
) -> None:
    """A notice for whoever started it; where that was no person, for the admins."""
    if shadow is None:
        return
    tenant = shadow.tenant
    with world.db.begin() as conn:
        flow = flow_store.find_flow(conn, tenant, shadow.flow_key)
        name = flow.name if flow is not None else shadow.flow_key
        day = since.astimezone(_zone(conn, tenant)).date().isoformat()
        title = text(f"影子运行：{name}（{day}）", f"Beside the live version: {name} ({day})")
        people = account_store.people(conn, tenant, users_=[shadow.started_by or ""])
        people = people or account_store.people(conn, tenant, roles_=ADMINS)
        users = [account_store.find_user(conn, tenant, one.id) for one in people]
        task_store.store_notices(
            conn,
            [
                {
                    "tenant": tenant,
                    "user_id": user.id,
                    "title": say(title, user.locale),
                    "body": say(words, user.locale),
                    "link": link or f"/flows/{shadow.flow_key}/edit",
                    "key": f"shadow/{key}",
                    "run_id": None,
                    "at": world.now(),
                }
                for user in users
                if user is not None
            ],
        )


# -- days ------------------------------------------------------------------------------------------


def _zone(conn: Connection, tenant: str) -> ZoneInfo:
    row = flow_store.read_tenant(conn, tenant)
    return read_zone(row.zone if row is not None and row.zone else "Asia/Shanghai")


def _midnight(at: datetime, zone: ZoneInfo) -> datetime:
    """When the day of a moment began."""
    return datetime.combine(at.astimezone(zone).date(), datetime.min.time(), zone).astimezone(UTC)


def _next_end(after: datetime, zone: ZoneInfo, until: datetime | None) -> datetime:
    """When the day of a moment is over; not later than the shadow's own end, if that is to come."""
    # Days have 23 to 25 hours where clocks are put forward and back.
    found = _midnight(_midnight(after, zone) + timedelta(hours=36), zone)
    return min(found, until) if until is not None and until > after else found


def _setup(flow_key: str, options: dict[str, Any], since: datetime, until: datetime) -> Setup:
    return read_setup(
        {
            **options,
            "flow": flow_key,
            "which": "draft",
            "against": "live",
            "window": {"since": since, "until": until},
        }
    )
