"""The command line, the page it writes, and how a profile is shared out to rooms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import main, report
from benchmarks.figure import Figure
from benchmarks.profiled import profile, shares

FIGURES = [
    Figure("runs", "durable runs", 6_000, "runs/s", 5_000, peers={"Peer": 100.0}),
    Figure("condition", "a condition", 0.6, "µs", 0.5, is_better_high=False),
]


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    monkeypatch.setattr(main, "run", lambda *_, **__: FIGURES)
    return FIGURES


def test_json_is_a_list_of_figures(
    figures: list[Figure], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in found] == ["runs", "condition"]
    assert found[0]["peers"] == {"Peer": 100.0}
    assert [one["reaches_bar"] for one in found] == [True, False]


def test_the_table_says_what_reaches_its_bar(
    figures: list[Figure], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    main.main([])
    lines = capsys.readouterr().out.splitlines()
    assert any("6,000 runs/s" in line and "yes" in line for line in lines)
    assert any("0.6 µs" in line and "≤ 0.5" in line and "no" in line for line in lines)


def test_an_unknown_figure_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main(["fastest"])
    assert ended.value.code == 2
    assert "fastest" in capsys.readouterr().err


@pytest.mark.usefixtures("on_this_server")
def test_only_what_stands_between_the_markers_is_written(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"# Title\n\n{report.BEGIN}\nold\n{report.END}\n\nBy hand.\n")
    for _ in range(2):
        report.write_page(FIGURES, "python -m benchmarks.main", 3, page)
    text = page.read_text()
    assert text.startswith("# Title\n")
    assert text.endswith("\n\nBy hand.\n")
    assert "old" not in text
    assert text.count("| `runs` | durable runs | 6,000 runs/s | ≥ 5,000 | yes | Peer: 100 |") == 1
    assert "`python -m benchmarks.main`, the median of 3 rounds" in text


def test_the_page_of_the_project_has_the_markers() -> None:
    text = report.PAGE.read_text()
    assert text.count(report.BEGIN) == text.count(report.END) == 1


def test_time_of_a_built_in_belongs_to_its_caller() -> None:
    ours = ("/x/engine/core/execute.py", 1, "decide")
    table = {
        ours: (1, 1, 2.0, 3.0, {}),
        ("~", 0, "<method 'get' of 'dict' objects>"): (1, 1, 0.5, 0.5, {ours: (1, 1, 0.5, 0.5)}),
        ("~", 0, "<built-in orjson.dumps>"): (1, 1, 0.25, 0.25, {ours: (1, 1, 0.25, 0.25)}),
        ("<expression>", 1, "evaluate"): (1, 1, 0.125, 0.125, {ours: (1, 1, 0.125, 0.125)}),
    }
    assert shares(table) == {
        "engine.core": 2.5, "json": 0.25, "engine.core: expressions": 0.125,
    }  # fmt: skip


def test_a_profile_names_the_rooms() -> None:
    said = profile("interpreter", 20)
    assert "Share of each room, 20 runs:" in said
    assert "engine.core" in said
