"""The workflow patterns of van der Aalst and others, each as a graph of the real nodes that runs.

A pattern's file holds the flow and a script of what the world answers:

    ["reply", step, value?]   the event comes     ["fire", step]      the step's timeout comes due
    ["ignored", step]         nobody waits yet    ["later", "PT1H"]   time goes by
    ["signal", "cancel"]      a person's order

and what must come of it: the steps done, in this order, and the run's status; for some also
outputs, the commands given, or from when on a wait counts events. docs/patterns.md lists them.
"""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.core.execution.version import compile_version
from engine.core.expression import read_duration
from engine.core.flow import load_flow
from engine.core.registry import load_registry
from tests.engine.core.kit import NOON, Play

HERE = Path(__file__).parent
PAGE = HERE.parents[3] / "docs" / "patterns.md"
FILES = sorted(HERE.glob("p*.json"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_pattern_runs(file: Path) -> None:
    told: dict[str, Any] = json.loads(file.read_text())
    called = {one["key"]: load_flow(one) for one in told.get("sub_flows", ())}
    run = Play(compile_version(load_flow(told["flow"]), load_registry(), sub_flows=called))
    run.start(told.get("event"))
    for act, what, *value in told.get("script", ()):
        if act == "reply":
            run.reply(what if "[" not in what else f"root/{what}", *value or [{"data": {}}])
        elif act == "fire":
            run.fire(what)
        elif act == "ignored":
            with pytest.raises(KeyError):
                run.token(what)
        elif act == "later":
            run.now += read_duration(what)
        else:
            run.signal(what)
    assert run.done() == told["done"]
    assert run.status == told["status"]
    assert not run.open
    for step, output in told.get("output", {}).items():
        assert run.output(step) == {step: output}
    if "commands" in told:
        assert [command.kind for command in run.sent] == told["commands"]
    since = {one.step: one.since for one in run.sent if one.kind == "subscribe"}
    for step, minutes in told.get("since", {}).items():
        assert since[f"root/{step}"] == NOON + timedelta(minutes=minutes)


def test_the_page_lists_every_pattern_once_with_its_graph() -> None:
    page = PAGE.read_text()
    rows = re.findall(r"^\| (\d+) \|", page, re.MULTILINE)
    assert [int(row) for row in rows] == list(range(1, 44))
    assert re.findall(r"\(\.\./tests/engine/core/patterns/(p\d+_\w+\.json)\)", page) == [
        file.name for file in FILES
    ]
