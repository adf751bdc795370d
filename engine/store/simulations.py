"""Test runs and what they came to; what publishing asks for; versions that run beside the live one.

Nothing of a test run ever stands among live runs, events or effects: only here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text, select
from sqlalchemy.engine import Connection

from engine.store.bulk import insert_many
from engine.store.db import Json, Moment, all_tenants, metadata, tenant_column

simulations = Table(
    "simulations",
    metadata,
    Column("id", Text, primary_key=True),  # sim_…
    tenant_column(),
    Column("flow_key", Text, nullable=False),
    Column("which", Text, nullable=False),  # draft | live | a version's number
    Column("against", Text),
    Column("kind", Text, nullable=False),  # asked | cases | shadow | gate
    Column("setup", Json, nullable=False),
    Column("job_id", Text),
    Column("status", Text, nullable=False),  # queued | running | succeeded | failed | cancelled
    Column("report", Json),
    Column("error", Json),
    Column("documents", Json),  # {side: {flow, sub_flows, which, number}}: traces are read by them
    Column("revision", Integer),  # of the draft that was tried
    Column("created_by", Text),
    Column("created_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Index("ix_simulations_tenant_id", "tenant", "id"),
    Index("ix_simulations_tenant_flow_key", "tenant", "flow_key", "id"),
)

simulation_runs = Table(
    "simulation_runs",
    metadata,
    Column("simulation_id", Text, primary_key=True),
    Column("side", Text, primary_key=True),  # new | old
    Column("run_id", Text, primary_key=True),  # within the test run; no live run has it
    tenant_column(),
    Column("event_source", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("path", Text, nullable=False),  # a short name: the same for the same way
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("error", Json),
    Column("trace", LargeBinary, nullable=False),  # zstd of {journal, effects} as JSON
)

publish_rules = Table(
    "publish_rules",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("flow_key", Text, primary_key=True),
    Column("rules", Json, nullable=False),  # engine/runtime/publish_gate.py
    Column("revision", Integer, nullable=False),
    Column("changed_by", Text),
    Column("updated_at", Moment, nullable=False),
)

shadows = Table(
    "shadows",
    metadata,
    Column("id", Text, primary_key=True),  # shw_…
    tenant_column(),
    Column("flow_key", Text, nullable=False),
    Column("status", Text, nullable=False),  # running | stopped
    Column("setup", Json, nullable=False),  # answers and people, as of a test run
    Column("since", Moment, nullable=False),  # events received before are through
    Column("next_at", Moment, nullable=False),
    Column("until", Moment),
    Column("started_by", Text),
    Column("created_at", Moment, nullable=False),
    Index("ix_shadows_tenant_flow_key", "tenant", "flow_key"),
    Index("ix_shadows_next_at", "next_at"),
)

_BRIEF = tuple(
    column for column in simulations.c if column.name not in ("report", "documents", "setup")
)
_RUN_BRIEF = tuple(column for column in simulation_runs.c if column.name != "trace")


def insert_simulation(conn: Connection, row: Mapping[str, Any]) -> None:
    conn.execute(simulations.insert().values(**row))


def update_simulation(conn: Connection, tenant: str, id_: str, values: Mapping[str, Any]) -> bool:
    done = conn.execute(
        simulations.update()
        .where(simulations.c.tenant == tenant, simulations.c.id == id_)
        .values(**values)
    )
    return done.rowcount == 1


def find_simulation(conn: Connection, tenant: str, id_: str) -> Any | None:
    return conn.execute(
        select(simulations).where(simulations.c.tenant == tenant, simulations.c.id == id_)
    ).first()


def list_simulations(
    conn: Connection,
    tenant: str,
    *,
    flow_key: str | None = None,
    kind: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[Any]:
    """Newest first, without reports."""
    where = [simulations.c.tenant == tenant]
    if flow_key:
        where.append(simulations.c.flow_key == flow_key)
    if kind:
        where.append(simulations.c.kind == kind)
    if before:
        where.append(simulations.c.id < before)
    return list(
        conn.execute(
            select(*_BRIEF).where(*where).order_by(simulations.c.id.desc()).limit(limit)
        ).all()
    )


def delete_simulation(conn: Connection, tenant: str, id_: str) -> bool:
    conn.execute(
        simulation_runs.delete().where(
            simulation_runs.c.tenant == tenant, simulation_runs.c.simulation_id == id_
        )
    )
    done = conn.execute(
        simulations.delete().where(simulations.c.tenant == tenant, simulations.c.id == id_)
    )
    return done.rowcount == 1


def forget_runs(conn: Connection, tenant: str, id_: str) -> None:
    """Runs of a test run that is done again after a crash."""
    conn.execute(
        simulation_runs.delete().where(
            simulation_runs.c.tenant == tenant, simulation_runs.c.simulation_id == id_
        )
    )


def store_kept_runs(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    insert_many(conn, simulation_runs, rows)


def list_kept_runs(
    conn: Connection,
    tenant: str,
    id_: str,
    *,
    side: str = "new",
    status: str | None = None,
    path: str | None = None,
    after: str = "",
    limit: int = 50,
) -> list[Any]:
    """By run id, without traces."""
    where = [
        simulation_runs.c.tenant == tenant,
        simulation_runs.c.simulation_id == id_,
        simulation_runs.c.side == side,
        simulation_runs.c.run_id > after,
    ]
    if status:
        where.append(simulation_runs.c.status == status)
    if path:
        where.append(simulation_runs.c.path == path)
    return list(
        conn.execute(
            select(*_RUN_BRIEF).where(*where).order_by(simulation_runs.c.run_id).limit(limit)
        ).all()
    )


def find_kept_run(conn: Connection, tenant: str, id_: str, side: str, run_id: str) -> Any | None:
    return conn.execute(
        select(simulation_runs).where(
            simulation_runs.c.tenant == tenant,
            simulation_runs.c.simulation_id == id_,
            simulation_runs.c.side == side,
            simulation_runs.c.run_id == run_id,
        )
    ).first()


# -- what publishing asks for ----------------------------------------------------------------------


def find_rules(conn: Connection, tenant: str, flow_key: str) -> Any | None:
    return conn.execute(
        select(publish_rules).where(
            publish_rules.c.tenant == tenant, publish_rules.c.flow_key == flow_key
        )
    ).first()


def save_rules(conn: Connection, row: Mapping[str, Any], revision: int) -> bool:
    """Writes the rules of a flow if `revision` (0: there are none) is still the newest."""
    if revision == 0:
        if find_rules(conn, row["tenant"], row["flow_key"]) is not None:
            return False
        conn.execute(publish_rules.insert().values(**row, revision=1))
        return True
    done = conn.execute(
        publish_rules.update()
        .where(
            publish_rules.c.tenant == row["tenant"],
            publish_rules.c.flow_key == row["flow_key"],
            publish_rules.c.revision == revision,
        )
        .values(**row, revision=revision + 1)
    )
    return done.rowcount == 1


# -- beside the live version -----------------------------------------------------------------------


def insert_shadow(conn: Connection, row: Mapping[str, Any]) -> None:
    conn.execute(shadows.insert().values(**row))


def running_shadow(conn: Connection, tenant: str, flow_key: str) -> Any | None:
    return conn.execute(
        select(shadows).where(
            shadows.c.tenant == tenant,
            shadows.c.flow_key == flow_key,
            shadows.c.status == "running",
        )
    ).first()


def last_shadow(conn: Connection, tenant: str, flow_key: str) -> Any | None:
    """The newest of a flow, whether it still runs or not."""
    return conn.execute(
        select(shadows)
        .where(shadows.c.tenant == tenant, shadows.c.flow_key == flow_key)
        .order_by(shadows.c.id.desc())
        .limit(1)
    ).first()


def find_shadow(conn: Connection, tenant: str, id_: str) -> Any | None:
    return conn.execute(
        select(shadows).where(shadows.c.tenant == tenant, shadows.c.id == id_)
    ).first()


def due_shadows(conn: Connection, now: datetime) -> list[Any]:
    """Those whose next comparison is due, of all tenants."""
    return list(
        conn.execute(
            all_tenants(
                select(shadows)
                .where(shadows.c.status == "running", shadows.c.next_at <= now)
                .order_by(shadows.c.next_at)
            )
        ).all()
    )


def move_shadow(
    conn: Connection, tenant: str, id_: str, was: datetime, values: Mapping[str, Any]
) -> bool:
    """Changes a running shadow if its next comparison is still the one seen."""
    done = conn.execute(
        shadows.update()
        .where(
            shadows.c.tenant == tenant,
            shadows.c.id == id_,
            shadows.c.next_at == was,
            shadows.c.status == "running",
        )
        .values(**values)
    )
    return done.rowcount == 1
