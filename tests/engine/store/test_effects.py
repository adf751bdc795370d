"""The outbox's rows: what may go now, and whose answer counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import literal

from engine.core.effect import effect_key
from engine.store import effects as effect_store
from engine.store import jobs as job_store
from engine.store.db import Database, Moment

AT = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)
LEASE = timedelta(seconds=90)
OVER = timedelta(seconds=-1)


def effect(key: str, subject: str | None = "customer:1", **more: Any) -> dict[str, Any]:
    return {
        "key": key, "tenant": "main", "run_id": "run_1", "lane": 1, "token": "t", "step": "root/a",
        "connection": "erp", "action": "post", "args": {}, "effect_class": "write",
        "subject": subject, "retry": None, "status": "pending", "attempts": 0, "next_at": AT,
        "made_at": AT, **more,
    }  # fmt: skip


def store(db: Database, *rows: dict[str, Any]) -> list[Any]:
    with db.begin() as conn:
        return effect_store.store_effects(conn, rows)


def claim(
    db: Database, who: str = "a", at: datetime = AT, lasts_for: timedelta = LEASE, **more: Any
) -> list[str]:
    with db.begin() as conn:
        found = effect_store.claim_effects(conn, who, at, lasts_for, 100, **more)
    return [row.key for row in found]


def settle(db: Database, who: str, key: str, status: str = "delivered") -> set[str]:
    row = {
        "key": key, "status": status, "next_at": AT, "ended_at": AT, "output": {"ok": 1},
        "error": None, "attempts": 1,
    }  # fmt: skip
    with db.begin() as conn:
        return effect_store.settle_effects(conn, who, [row])


def test_effects_of_one_subject_go_one_after_the_other(db: Database) -> None:
    store(db, effect("e3"), effect("e1"), effect("e2", "customer:2"), effect("e4", None))
    first = claim(db)
    assert set(first) == {claim_first(db), "e2", "e4"}
    assert claim(db) == []
    (ahead,) = set(first) - {"e2", "e4"}
    settle(db, "a", ahead)
    assert claim(db) == [({"e1", "e3"} - {ahead}).pop()]


def claim_first(db: Database) -> str:
    """The older one of customer:1, by its row."""
    with db.reading() as conn:
        held = [effect_store.find_effect(conn, "main", key) for key in ("e1", "e3")]
    return str(min(held, key=lambda row: row.id).key)


def test_a_runs_effects_are_found_by_their_keys(db: Database) -> None:
    run, other = (f"run_01KBC3W5A0000000000000000{last}" for last in "12")
    keys = [effect_key(run, "root", step, 1, 1) for step in "cab"]
    rows = [effect(key, run_id=run) for key in keys]
    store(db, *rows, effect(effect_key(other, "root", "a", 1, 1), run_id=other))
    with db.reading() as conn:
        found = effect_store.effects_of_run(conn, "main", run)
        assert effect_store.effects_of_run(conn, "else", run) == []
    assert {row.key for row in found} == set(keys)
    assert [row.id for row in found] == sorted(row.id for row in found)


def test_an_older_one_that_waits_for_its_next_attempt_holds_the_younger(db: Database) -> None:
    store(db, effect("e1", next_at=AT + timedelta(minutes=1)))
    store(db, effect("e2"), effect("e3", connection="crm"))
    assert claim(db) == ["e3"]
    assert claim(db, at=AT + timedelta(minutes=2)) == ["e1"]


def test_a_closed_connection_is_left_alone(db: Database) -> None:
    store(db, effect("e1"), effect("e2", connection="crm"))
    assert claim(db, closed=[("main", "erp"), ("other", "crm")]) == ["e2"]


def test_only_who_claimed_it_may_settle(db: Database) -> None:
    store(db, effect("e1"))
    claim(db, "a")
    assert settle(db, "b", "e1") == set()
    assert settle(db, "a", "e1") == {"e1"}
    assert settle(db, "a", "e1") == set()


def test_the_same_key_is_the_same_effect_with_a_new_token(db: Database) -> None:
    store(db, effect("e1"))
    assert store(db, effect("e1", token="again")) == []
    claim(db)
    settle(db, "a", "e1")
    (ended,) = store(db, effect("e1", token="third"))
    assert (ended.status, ended.token, ended.output) == ("delivered", "third", {"ok": 1})


def test_what_a_dead_process_had_claimed_is_free_at_that_very_moment(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's clock counts milliseconds: the next who looks may look in the same one."""
    job = {
        "id": "job_1", "tenant": "main", "kind": "k", "args": {}, "status": "queued",
        "created_by": "usr_1", "created_at": AT,
    }  # fmt: skip
    store(db, effect("e1"))
    claim(db, "dead")
    with db.begin() as conn:
        job_store.insert_job(conn, job)
        assert job_store.claim_job(conn, "dead", LEASE) is not None
    later = datetime.now(UTC) + LEASE
    for place in (effect_store, job_store):
        monkeypatch.setattr(place, "now_sql", lambda: literal(later, Moment()))
        with db.begin() as conn:
            place.forget_claims(conn, "dead")
    with db.begin() as conn:
        assert [row.key for row in effect_store.cut_off(conn, 10)] == ["e1"]
        assert job_store.has_waiting(conn)


def test_what_was_cut_off_is_found_unless_its_sender_renewed(db: Database) -> None:
    store(db, effect("e1"), effect("e2", None))
    claim(db, "a", lasts_for=OVER)
    with db.begin() as conn:
        assert len(effect_store.cut_off(conn, 10)) == 2
        effect_store.renew_claims(conn, "b", LEASE)
        assert len(effect_store.cut_off(conn, 10)) == 2
        effect_store.renew_claims(conn, "a", LEASE)
        assert effect_store.cut_off(conn, 10) == []


def test_a_sender_s_lease_is_by_the_database_s_clock_whatever_a_worker_s_says(
    db: Database,
) -> None:
    store(db, effect("e1"), effect("e2", None))
    claim(db, "a", at=datetime(2099, 1, 1, tzinfo=UTC))  # a clock that is far ahead
    with db.begin() as conn:
        assert effect_store.cut_off(conn, 10) == []


def test_a_job_s_lease_is_by_the_database_s_clock(db: Database) -> None:
    row = {
        "id": "job_1", "tenant": "main", "kind": "k", "args": {}, "status": "queued",
        "created_at": AT, "attempts": 0, "done": 0,
    }  # fmt: skip
    with db.begin() as conn:
        job_store.insert_job(conn, row)
        assert job_store.claim_job(conn, "a", LEASE) is not None
        assert not job_store.has_waiting(conn)
        assert job_store.update_job(conn, "job_1", "a", {"done": 1}, OVER)
        assert job_store.has_waiting(conn)
        taken = job_store.claim_job(conn, "b", LEASE)
    assert taken is not None
    assert (taken.claimed_by, taken.attempts) == ("b", 2)
