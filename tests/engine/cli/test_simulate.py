"""`jimu flow simulate`: a test run from the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli.place import here
from engine.cli.simulated_odd import show_incidents
from engine.runtime.publish_gate import save_rules
from engine.runtime.simulate.jobs import read_simulation
from tests.engine.cli.conftest import FLOW, Jimu, order


def written(folder: Path, *lines: str) -> Path:
    file = folder / "events.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_a_flow_is_tried_on_a_file_of_events(
    jimu: Jimu, installed: Path, flow_file: Path, tmp_path: Path
) -> None:
    jimu("flow", "import", flow_file)
    file = written(
        tmp_path,
        json.dumps(order("1", "620.00")),
        "no json",
        json.dumps(order("2", "80.00")),
        json.dumps({"type": "order.paid", "time": "2026-03-08T12:00:00Z", "data": {}}),
    )
    told = jimu("flow", "simulate", "big_order", "--events", file, "--json")
    assert told.exit_code == 0, told.output
    report = json.loads(told.stdout)
    assert report["events"]["used"] == 2
    assert [bad["line"] for bad in report["events"]["bad"]] == [2, 4]
    assert report["runs"]["by_status"] == {"succeeded": 2}
    assert report["effects"]["tags"] == [{"change": "added", "tag": "大客户", "count": 1}]
    assert json.loads(jimu("run", "list", "--json").stdout) == []


def test_a_person_reads_what_would_happen(
    jimu: Jimu, installed: Path, flow_file: Path, tmp_path: Path
) -> None:
    file = written(tmp_path, json.dumps(order("1", "620.00")))
    told = jimu("flow", "simulate", flow_file, "--events", file)
    assert told.exit_code == 0, told.output
    assert "大客户" in told.stdout
    assert "never taken" in told.stdout


def test_what_was_odd_with_events_is_read_at_a_glance(
    jimu: Jimu, installed: Path, flow_file: Path, tmp_path: Path
) -> None:
    naive = {**order("9", "1.00"), "time": "2026-11-01T10:00:00"}
    lines = [json.dumps(order("1", "620.00")), *["{"] * 2, json.dumps(naive), *["{"] * 3]
    lines.append(json.dumps({"type": "page.left", "time": "2026-11-01T10:00:00Z", "data": {}}))
    file = written(tmp_path, *lines)
    told = jimu("flow", "simulate", flow_file, "--events", file)
    assert "2 events tried, the flow ran 1 times; 6 were malformed and left out" in told.stdout
    assert "lines 2-3, 5-7: this line is no JSON" in told.stdout
    assert "line 4: time must be a time with zone" in told.stdout
    assert "started nothing: 1 of page.left" in told.stdout
    assert "never taken" in told.stdout


def test_where_there_is_nothing_to_try_no_line_is_blamed(
    jimu: Jimu, installed: Path, flow_file: Path, tmp_path: Path
) -> None:
    empty = written(tmp_path, "[]")
    told = jimu("flow", "simulate", flow_file, "--events", empty)
    assert told.exit_code == 0, told.output
    assert told.stdout.strip() == "there are no events to try"


def test_a_table_without_a_mapping_says_which_option_is_missing(
    jimu: Jimu, installed: Path, flow_file: Path, tmp_path: Path
) -> None:
    table = tmp_path / "orders.csv"
    table.write_text("order,paid\n1,2\n")
    told = jimu("flow", "simulate", flow_file, "--events", table)
    assert told.exit_code == 2
    assert "--mapping" in told.output
    assert "--connection" in told.output


def test_incidents_outside_of_runs_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    message = {"zh": "费率卡读不出", "en": "the card cannot be read"}
    unclear = {"code": "trigger", "count": 2, "examples": [{"ref": "evt_1", "message": None}]}
    settling = {"code": "settlement", "count": 7, "examples": [{"message": message}]}
    show_incidents({"incidents": [settling, unclear]})
    shown = capsys.readouterr().out
    assert "outside of runs, 7 times: the card cannot be read (settlement)" in shown
    assert "outside of runs, 2 times: trigger (trigger)" in shown


def test_how_long_people_work_is_told_in_hours(
    jimu: Jimu, installed: Path, flow_file: Path, tmp_path: Path
) -> None:
    """Eight at once, three hours of work each: which is not a day, and none of it at night."""
    changed = json.loads(json.dumps(FLOW))
    form = {"type": "object", "properties": {"note": {"type": "string"}}}
    ask = {"title": "回访", "who": {"roles": ["business"]}, "form": form, "timeout": "P90D"}
    changed["nodes"][2] = {"id": "tag", "type": "form_task", "name": "回访", "config": ask}
    changed["edges"][3]["port"] = "submitted"
    jimu("user", "add", "zhou", "--name", "周敏", "--role", "business")
    flow_file.write_text(json.dumps(changed), encoding="utf-8")
    setup = tmp_path / "setup.json"
    setup.write_text(json.dumps({"answers": {"tag": {"work": "PT3H"}}}))
    file = written(tmp_path, *(json.dumps(order(str(n), "620.00")) for n in range(1, 9)))
    told = jimu("flow", "simulate", flow_file, "--events", file, "--setup", setup)
    assert told.exit_code == 0, told.output
    assert "周敏: 8 tasks, 24.0 h of work, 7 waiting at most (2026-" in told.stdout
    assert "Worked on" in told.stdout
    (row,) = [line for line in told.stdout.splitlines() if line.startswith("回访")]
    assert row.rstrip().endswith("3.0 h")


def test_a_notice_that_nobody_would_receive_is_named_by_its_step(
    jimu: Jimu, installed: Path, flow_file: Path, tmp_path: Path
) -> None:
    changed = json.loads(json.dumps(FLOW))
    told = {"who": {"roles": ["finance"]}, "title": "请核对"}
    changed["nodes"][2] = {"id": "tag", "type": "notify", "name": "告诉财务", "config": told}
    flow_file.write_text(json.dumps(changed), encoding="utf-8")
    file = written(tmp_path, *(json.dumps(order(str(n), "620.00")) for n in range(1, 4)))
    said = jimu("flow", "simulate", flow_file, "--events", file)
    assert said.exit_code == 0, said.output
    assert "nobody would receive the notices of 告诉财务: 3" in said.stdout


def test_two_versions_are_compared(
    jimu: Jimu, installed: Path, flow_file: Path, tmp_path: Path
) -> None:
    jimu("flow", "import", flow_file, "--publish")
    changed = json.loads(json.dumps(FLOW))
    changed["nodes"][1]["config"]["branches"][0]["when"] = "order.amount > 50"
    flow_file.write_text(json.dumps(changed), encoding="utf-8")
    jimu("flow", "import", flow_file)
    file = written(tmp_path, *(json.dumps(order(str(n), f"{n}00.00")) for n in range(1, 9)))
    told = jimu("flow", "simulate", "big_order", "--events", file, "--against", "live", "--json")
    found = json.loads(told.stdout)["comparison"]
    assert (found["pairs"], found["different"]) == (8, 5)


def test_an_invalid_flow_says_so_before_anything_runs(
    jimu: Jimu, installed: Path, flow_file: Path, tmp_path: Path
) -> None:
    broken = json.loads(json.dumps(FLOW))
    broken["nodes"][1]["config"]["branches"][0]["when"] = "ordr.amount > 500"
    flow_file.write_text(json.dumps(broken), encoding="utf-8")
    file = written(tmp_path, json.dumps(order("1", "620.00")))
    told = jimu("flow", "simulate", flow_file, "--events", file)
    assert told.exit_code == 2
    assert "ordr" in told.stderr


def test_a_test_run_that_is_kept_counts_for_publishing(
    jimu: Jimu, installed: Path, flow_file: Path
) -> None:
    expected = {"status": "succeeded", "path": ["start", "large", "tag", "done"]}
    case = {"name": "大单", "event": order("1", "620.00"), "expect": expected}
    flow_file.write_text(json.dumps({**FLOW, "cases": [case]}), encoding="utf-8")
    jimu("flow", "import", flow_file)
    world, who = here()
    save_rules(world, who, "big_order", {"cases": True}, 0)
    tried = ("flow", "simulate", "big_order", "--cases")
    assert jimu(*tried, "--no-keep").exit_code == 0
    refused = jimu("flow", "publish", "big_order")
    assert refused.exit_code == 2
    assert "was not run on this draft" in refused.stderr
    told = jimu(*tried)
    assert told.exit_code == 0, told.output
    assert "passed: 大单" in told.stdout
    assert jimu("flow", "publish", "big_order").exit_code == 0


def test_what_is_missing_or_no_time_is_a_sentence(
    jimu: Jimu, installed: Path, flow_file: Path, tmp_path: Path
) -> None:
    jimu("flow", "import", flow_file)
    for more, said in (
        ((), "say what it is tried on"),
        (("--cases",), "has no cases yet"),
        (("--events", tmp_path), "there is no file"),
        (("--since", "yesterday"), "is no time"),
        (("--until", "2026-03-01"), "--until goes with --since"),
    ):
        told = jimu("flow", "simulate", "big_order", *more)
        assert told.exit_code == 2
        assert said in told.stderr
    # A day is the brand's own: the window begins at its midnight.
    told = jimu("flow", "simulate", "big_order", "--since", "2026-03-01", "--json")
    assert told.exit_code == 0, told.output
    kept = json.loads(told.stdout)["simulation"]
    world, who = here()
    window = read_simulation(world, who.tenant, kept).setup["window"]
    assert window["since"] == "2026-03-01T00:00:00+08:00"


def test_a_draft_runs_beside_the_live_version_until_it_is_stopped(
    jimu: Jimu, installed: Path, flow_file: Path
) -> None:
    jimu("flow", "import", flow_file)
    assert jimu("flow", "shadow", "start", "big_order").exit_code == 2  # nothing is live
    jimu("flow", "publish", "big_order")
    told = jimu("flow", "shadow", "start", "big_order", "--days", 3, "--json")
    assert json.loads(told.stdout)["status"] == "running"
    assert "next comparison" in jimu("flow", "shadow", "show", "big_order").stdout
    assert jimu("flow", "shadow", "stop", "big_order").exit_code == 0
    assert jimu("flow", "shadow", "show", "big_order").exit_code == 2
