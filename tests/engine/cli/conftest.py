"""The commands on an installation of their own: no server, one SQLite file."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from engine.cli import make_app
from engine.cli.first import first_steps
from engine.settings import load_settings
from engine.store.db import Database
from engine.store.schema import migrate

Jimu = Callable[..., Result]

FLOW: dict[str, Any] = {
    "format": "jimu.flow/1",
    "key": "big_order",
    "name": "大额订单打标签",
    "nodes": [
        {"id": "start", "type": "event", "name": "已付款", "config": {"type": "order.paid"}},
        {
            "id": "large",
            "type": "branch",
            "name": "超过 500 元?",
            "config": {"branches": [{"id": "yes", "name": "超过", "when": "order.amount > 500"}]},
        },
        {"id": "tag", "type": "tag_customer", "config": {"add": ["大客户"]}},
        {"id": "done", "type": "end", "config": {"outcome": "已打标签"}},
        {"id": "small", "type": "end", "config": {"outcome": "普通订单"}},
    ],
    "edges": [
        {"id": "e1", "from": "start", "to": "large"},
        {"id": "e2", "from": "large", "to": "tag", "port": "yes"},
        {"id": "e3", "from": "large", "to": "small", "port": "default"},
        {"id": "e4", "from": "tag", "to": "done"},
    ],
}


def order(number: str, amount: str) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": number,
        "source": "shop.example.com",
        "type": "order.paid",
        "time": "2026-03-08T20:01:10+08:00",
        "data": {
            "order": {
                "platform": "own",
                "shop": "小程序商城",
                "external_id": number,
                "status": "paid",
                "amount": amount,
                "created_at": "2026-03-08T20:00:05+08:00",
                "identities": [{"kind": "member_id", "value": f"QH{number}"}],
            }
        },
    }


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder that the commands of this test work on."""
    for name in [name for name in os.environ if name.startswith("JIMU_")]:
        monkeypatch.delenv(name)
    folder = tmp_path / "data"
    monkeypatch.setenv("JIMU_DATA", str(folder))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "200")
    return folder


@pytest.fixture
def jimu(data: Path) -> Jimu:
    """jimu("flow", "list") -> the result: exit_code, stdout, stderr."""

    def run(*arguments: object) -> Result:
        return CliRunner().invoke(make_app(), [str(one) for one in arguments])

    return run


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the first admin, to copy for each test."""
    folder = tmp_path_factory.mktemp("installation")
    settings = load_settings({"JIMU_DATA": str(folder)})
    db = Database(settings.database_url)
    migrate(db, 8)
    db.dispose()
    first_steps(replace(settings), told=lambda words: None)
    return folder


@pytest.fixture
def installed(data: Path, installation: Path) -> Path:
    """The data folder of this test, with an installation in it."""
    shutil.copytree(installation, data)
    return data


@pytest.fixture
def flow_file(tmp_path: Path) -> Path:
    file = tmp_path / "flow.json"
    file.write_text(json.dumps(FLOW), encoding="utf-8")
    return file
