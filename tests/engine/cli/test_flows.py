from __future__ import annotations

import json
from pathlib import Path

from tests.engine.cli.conftest import FLOW, Jimu, order


def test_a_sound_flow_is_valid_without_any_installation(jimu: Jimu, flow_file: Path) -> None:
    result = jimu("flow", "validate", flow_file)
    assert result.exit_code == 0, result.output
    assert "nothing is wrong" in result.stdout


def test_validating_names_the_node_in_both_languages(
    jimu: Jimu, flow_file: Path, data: Path
) -> None:
    flow_file.write_text(json.dumps(FLOW).replace("order.amount", "ordr.amount"))
    result = jimu("flow", "validate", flow_file)
    assert result.exit_code == 1
    assert "超过 500 元?" in result.stdout
    told = jimu("flow", "validate", flow_file, "--json")  # sentences unbroken by a narrow terminal
    assert "did you mean" in told.stdout
    assert "是否想写" in told.stdout
    assert not data.exists(), "checking makes nothing"


def test_validating_as_json(jimu: Jimu, flow_file: Path) -> None:
    flow_file.write_text(json.dumps({**FLOW, "edges": FLOW["edges"][:2]}))
    result = jimu("flow", "validate", flow_file, "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert found["valid"] is False
    assert {one["node_name"] for one in found["problems"]} >= {"超过 500 元?"}


def test_a_file_that_is_no_json_is_a_sentence(jimu: Jimu, flow_file: Path) -> None:
    flow_file.write_text("{")
    result = jimu("flow", "validate", flow_file)
    assert result.exit_code == 2
    assert "no readable JSON" in result.stderr


def test_a_document_that_is_no_flow_lists_its_problems(jimu: Jimu, flow_file: Path) -> None:
    flow_file.write_text("[1]")
    assert jimu("flow", "validate", flow_file).exit_code == 1


def test_without_an_installation_the_others_say_what_to_do(jimu: Jimu, data: Path) -> None:
    result = jimu("flow", "list")
    assert result.exit_code == 2
    assert "jimu up" in result.stderr
    assert not data.exists()


def test_a_flows_life_from_import_to_rollback(
    jimu: Jimu, installed: Path, flow_file: Path, tmp_path: Path
) -> None:
    assert jimu("flow", "import", flow_file, "--publish").exit_code == 0
    flow_file.write_text(json.dumps(FLOW).replace("> 500", "> 300"))
    assert jimu("flow", "import", flow_file).exit_code == 0

    changes = json.loads(jimu("flow", "diff", "big_order", "--json").stdout)
    assert [change["node"] for change in changes] == ["large"]

    published = jimu("flow", "publish", "big_order", "--note", "门槛降低", "--json")
    assert json.loads(published.stdout)["version"] == 2
    back = json.loads(jimu("flow", "rollback", "big_order", 1, "--json").stdout)
    assert back["version"] == 3

    out = tmp_path / "out.json"
    assert jimu("flow", "export", "big_order", "--out", out).exit_code == 0
    assert "order.amount > 500" in out.read_text()
    (listed,) = json.loads(jimu("flow", "list", "--json").stdout)
    assert (listed["key"], listed["status"], listed["version"]) == ("big_order", "live", 3)


def test_creating_twice_is_refused(jimu: Jimu, installed: Path, flow_file: Path) -> None:
    assert jimu("flow", "create", flow_file).exit_code == 0
    again = jimu("flow", "create", flow_file)
    assert again.exit_code == 2
    assert "already" in again.stderr


def test_pausing_and_resuming(jimu: Jimu, installed: Path, flow_file: Path) -> None:
    jimu("flow", "import", flow_file, "--publish")
    assert jimu("flow", "pause", "big_order").exit_code == 0
    assert jimu("flow", "pause", "big_order").exit_code == 2
    assert jimu("flow", "resume", "big_order").exit_code == 0


def test_a_flow_with_errors_is_not_published(jimu: Jimu, installed: Path, flow_file: Path) -> None:
    flow_file.write_text(json.dumps(FLOW).replace("order.amount", "ordr.amount"))
    result = jimu("flow", "import", flow_file, "--publish")
    assert result.exit_code == 2
    assert "/nodes/1/config/branches/0/when" in result.stderr


def test_events_of_a_file_count_once(
    jimu: Jimu, installed: Path, flow_file: Path, tmp_path: Path
) -> None:
    jimu("flow", "import", flow_file, "--publish")
    lines = tmp_path / "orders.jsonl"
    lines.write_text("\n".join(json.dumps(order(f"A{n}", "628.00")) for n in range(3)) + "\n\n")
    first = json.loads(jimu("events", "send", lines, "--json").stdout)
    again = json.loads(jimu("events", "send", lines, "--json").stdout)
    assert (first["sent"], first["new"], again["new"]) == (3, 3, 0)


def test_a_malformed_line_is_named_and_nothing_is_sent(
    jimu: Jimu, installed: Path, tmp_path: Path
) -> None:
    lines = tmp_path / "orders.jsonl"
    lines.write_text(json.dumps(order("A1", "1.00")) + "\nnot json\n")
    result = jimu("events", "send", lines)
    assert result.exit_code == 2
    assert "line 2" in result.stderr
    lines.write_text(json.dumps(order("A1", "1.00")) + "\n")
    assert json.loads(jimu("events", "send", lines, "--json").stdout)["new"] == 1
