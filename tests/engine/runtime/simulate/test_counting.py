"""Counted while it goes, in one process or in two, a test run says what its stored rows say."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from engine.core.flow import load_flow
from engine.runtime.jobs import Cancelled
from engine.runtime.simulate import read_setup, simulate
from engine.runtime.simulate.sharing import are_strangers, own_of, shares_of
from engine.runtime.simulate.sources import read_feed
from engine.runtime.world import World
from tests.engine.runtime.conftest import TENANT
from tests.engine.runtime.simulate.kit import connect, hire
from tests.engine.runtime.simulate.test_faithful import generated, generated_events
from tests.engine.runtime.simulate.test_simulate import made, order, tag

ANSWERS = {
    "*": {"after": "PT1H"},
    "out.send": [{"error": "refused"}, {"later": True}, {"sample": "ok"}],
}


@pytest.mark.parametrize("seed", [3, 8])
def test_alone_it_is_counted_as_beside_another_version(world: World, seed: int) -> None:
    connect(world, out="webhook")
    hire(world, "usr_1", "usr_2")
    document = generated(seed)
    setup = {
        "flow": document["key"],
        "document": document,
        "events": generated_events(seed),
        "answers": ANSWERS,
        "keep": 3,
    }
    alone = simulate(world, TENANT, read_setup(setup))
    # Where versions are compared, each run is read from its rows.
    beside = simulate(world, TENANT, read_setup({**setup, "against": "draft"}))
    assert beside.report["comparison"]["different"] == 0
    for name in ("against", "comparison"):
        alone.report.pop(name), beside.report.pop(name)
    assert alone.report == beside.report
    assert sum(alone.report["runs"]["by_status"].values()) > 3
    kept = [(run.id, run.status, run.path, run.subject) for run in alone.kept["new"]]
    assert kept == [(run.id, run.status, run.path, run.subject) for run in beside.kept["new"]]
    # A journal is packed when it is kept: each advance reads the same.
    assert [len(run.journal) for run in alone.kept["new"]] == [
        len(run.journal) for run in beside.kept["new"]
    ]


IN_TWO = """
import json, sys
from benchmarks.installation import TENANT, flow, order
from benchmarks.test_run import NOW, bare_world, settling_world, sold
from engine.core.event import Event, write_event
from engine.runtime.rows import as_json
from engine.runtime.simulate import documents, read_setup, run, simulate
from engine.store.scratch import settled
settles = sys.argv[2] == "settled"
world, shared, told = settling_world() if settles else bare_world(), run.run_shared, []
def noted(*given):
    told.append(given[-1])
    return shared(*given)
run.run_shared = noted
run.can_fork = documents.can_fork = lambda: True  # also on a machine with one core
document = flow(with_effect=False)
document["nodes"][2]["config"]["fields"][0]["value"] = "{{ 1 / (order.amount - 523) }}"
def refund(number):
    told = {"platform": "douyin", "shop": "旗舰店", "order_id": f"69{number:012d}",
            "external_id": f"r{number}", "status": "completed", "amount": "10.00",
            "requested_at": NOW.isoformat(), "completed_at": NOW.isoformat()}
    return Event(f"back/{number}", "/bench", "refund.completed", NOW, {"refund": told})
sales = [sold(number % 390) if settles else order(number % 390, 60) for number in range(400)]
lines = [json.dumps(write_event(one)) for one in sales]
lines[20], lines[300] = "{", "[1]"
lines += [json.dumps(write_event(refund(number))) for number in range(0, 350, 7) if settles]
with open(sys.argv[1], "w") as file:
    file.write("\\n".join(lines))
setup = {"flow": "vip", "document": document, "keep": 40, "file": {"path": sys.argv[1]}}
found = []
for run.SHARED_FROM, documents.HALVED_FROM, settled.MOST_MONEY in (
    (100, 1_000, 10_000), (10_000, 10**9, 80)  # the second writes nearly all as it goes
):
    result = simulate(world, TENANT, read_setup(setup))
    kept = [[each.id, each.status, each.path, len(each.journal)] for each in result.kept["new"]]
    found.append([as_json(result.report), kept])
print(json.dumps({"same": found[0] == found[1], "shares": [list(one) for one in told],
                  "runs": found[0][0]["runs"]["by_status"], "events": found[0][0]["events"],
                  "money": found[0][0]["money"]}))
"""


@pytest.mark.parametrize("kind", ["plain", "settled"])
def test_in_two_processes_the_report_is_the_one_of_a_single_process(
    tmp_path: Path, kind: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IN_TWO, str(tmp_path / "events.jsonl"), kind],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[4],
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["same"]
    assert len(found["shares"]) == 1
    assert 100 < sum(found["shares"][0]) < 300
    assert found["runs"] == {"failed": 1, "succeeded": 387}
    if kind == "settled":
        _is_of_two_hundred_creators(found["money"])
        return
    assert found["money"] is None
    # Two lines are no events, ten events came twice: each is named by its line.
    bad = found["events"]["bad"]
    assert (found["events"]["used"], found["events"]["refused"]) == (388, 12)
    assert [one["line"] for one in bad] == [21, 301, *range(391, 401)]
    assert "第 1 行" in bad[2]["reason"]["zh"]


def _is_of_two_hundred_creators(money: dict[str, Any]) -> None:
    # 388 orders, and what 50 refunds took back.
    assert [row["entries"] for row in money["totals"]] == [388 + 50]
    assert len(money["by_party"]) == 200
    assert money["by_state"] == [{**money["totals"][0], "state": "pending"}]


def _linked(number: int, *people: str) -> dict[str, Any]:
    event = order(number)
    event["data"]["order"]["identities"] = [
        {"kind": "douyin_open_id", "value": person} for person in people
    ]
    return event


def test_events_that_may_be_of_one_owner_stay_together(world: World) -> None:
    events = [_linked(1, "a"), _linked(2, "b"), _linked(3, "c"), _linked(4, "a", "c")]
    # The first order again, of somebody else.
    events += [_linked(5, "d"), {**_linked(1, "d"), "id": "again"}]
    people = [{"identities": {"douyin_open_id": "b", "member_id": "7"}}]
    setup = read_setup({"flow": "tried", "events": events, "customers": people})

    def tell(*_: Any) -> None:
        return None

    with world.db.reading() as conn:
        feed = read_feed(world, conn, TENANT, setup, tell)
        shares = shares_of(world, conn, TENANT, feed, setup, tell)
    # Five of six belong together: that is no use.
    assert shares is None
    events += [{**_linked(2, "b"), "id": f"more-{number}"} for number in range(4)]
    setup = read_setup({"flow": "tried", "events": events})
    with world.db.reading() as conn:
        feed = read_feed(world, conn, TENANT, setup, tell)
        shares = shares_of(world, conn, TENANT, feed, setup, tell)
    assert shares is not None
    assert list(shares) in ([0, 1, 0, 0, 0, 0, 1, 1, 1, 1], [1, 0, 1, 1, 1, 1, 0, 0, 0, 0])
    numbers = [number for share in (0, 1) for number, _ in own_of(feed, shares, share)]
    assert sorted(numbers) == list(range(10))


_COUNTING = {"type": "order.paid", "count": {"n": 3, "key": "order.shop"}}


@pytest.mark.parametrize(
    ("node", "trigger", "expected"),
    [
        (tag(), {}, True),
        ({**tag(), "config": {"add": ["A"], "customer": "order.external_id"}}, {}, False),
        ({"id": "a", "type": "wait", "config": {"duration": "PT1H"}}, {}, False),
        (
            {"id": "a", "type": "find_customer", "config": {"kind": "phone", "value": "1"}},
            {},
            False,
        ),
        ({"id": "a", "type": "frequency_cap", "config": {"limit": 1}}, {}, False),
        (tag(), _COUNTING, False),
    ],
    ids=["own", "another", "waits", "reads", "caps", "counts"],
)
def test_flows_that_reach_beyond_their_owner_stay_in_one_process(
    world: World, node: dict[str, Any], trigger: dict[str, Any], expected: bool
) -> None:
    document = made(node, lines=["t>a"])
    if trigger:
        document["nodes"][0] = {"id": "t", "type": "event", "config": trigger}
    assert are_strangers([load_flow(document)], world.registry) is expected


def test_progress_is_told_and_a_cancel_heard_after_five_hundred_events_at_most(
    world: World, tmp_path: Path
) -> None:
    file = tmp_path / "events.jsonl"
    events = [json.dumps(order(number)) for number in range(1_200)]
    file.write_text("\n".join(events), encoding="utf-8")
    document = made(tag(), lines=["t>a"])
    setup = read_setup({"flow": "tried", "document": document, "file": {"path": str(file)}})
    told: list[tuple[str, int]] = []
    simulate(world, TENANT, setup, lambda done, total, said: told.append((said["zh"], done)))
    tried = [0, *(done for said, done in told if said.startswith("已试"))]
    assert max(later - one for one, later in pairwise(tried)) <= 500
    assert [said for said, _ in told if said.startswith("正在读取")] == [
        "正在读取事件：500 个",
        "正在读取事件：1000 个",
    ]
    for phase in ("正在读取", "正在准备", "已试"):
        with pytest.raises(Cancelled):
            simulate(world, TENANT, setup, _cancelled_when(phase))


def _cancelled_when(phase: str) -> Any:
    def tell(done: int, total: int | None, said: Any) -> None:
        if said["zh"].startswith(phase):
            raise Cancelled

    return tell
