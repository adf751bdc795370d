"""The OpenAPI document against the application: every operation, with values made from its schema.

Few examples each, always the same ones: this finds an answer nobody declared or a fault of ours,
not the rare case. Asked with a key that may do everything, so that little ends at 403.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import schemathesis
from flask import Flask
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from api.context import Options
from api.openapi import document
from engine.core.registry import load_registry
from engine.runtime.accounts import create_tenant
from engine.runtime.api_keys import create_key
from engine.runtime.memory import Memory
from engine.runtime.principal import system
from engine.runtime.queue import QuietQueue
from engine.runtime.roles import ACTS
from engine.runtime.world import World
from engine.settings import load_settings
from engine.store.db import Database
from engine.store.lanes import count_lanes
from engine.store.schema import create_all
from engine.store.vault import Vault
from tests.api.conftest import CHEAP, PASSWORD, TENANT, Clock, Silent
from tests.api.helpers import live, vip

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, str]]:
    """An application on SQLite with a flow, and a key with every act."""
    folder: Path = tmp_path_factory.mktemp("schemathesis")
    db = Database(f"sqlite:///{folder}/jimu.db")
    create_all(db)
    with db.reading() as conn:
        lanes = count_lanes(conn)
    registry = load_registry()
    world = World(
        db=db,
        registry=registry,
        clock=Clock(),
        queue=QuietQueue(),
        caller=Silent(),
        vault=Vault("k1", {"k1": bytes(32)}, bytes(32)),
        lanes=lanes,
        memory=Memory(registry),
    )
    create_tenant(world, TENANT, "积木", admin="boss", password=PASSWORD, passwords=CHEAP)
    live(world, vip())
    key = create_key(world, system(TENANT), "all", sorted(ACTS))
    settings = load_settings({"JIMU_DATA": str(folder), "JIMU_PUBLIC_URL": "http://localhost"})
    rates = {"key": 10**9, "address": 10**9, "hook": 10**9, "refused": 10**9}
    rates |= {"login": 10**9, "login_name": 10**9, "login_address": 10**9, "code": 10**9}
    options = Options(
        passwords=CHEAP, screens=folder / "screens", check_answers=True, rates=rates
    )
    yield create_app(world, settings, options), key.secret
    db.dispose()


@pytest.fixture(scope="module")
def described(everything: tuple[Flask, str]) -> Any:
    return schemathesis.openapi.from_wsgi("/api/openapi.json", everything[0])


OPERATIONS = sorted(
    (path, method)
    for path, held in document()["paths"].items()
    for method in held
    if method in ("get", "post", "put", "patch", "delete")
)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_operation_answers_as_it_says(
    path: str, method: str, described: Any, everything: tuple[Flask, str]
) -> None:
    @hypothesis.settings(
        max_examples=6,
        phases=[hypothesis.Phase.explicit, hypothesis.Phase.generate],
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(case=described[path][method].as_strategy())
    def check(case: schemathesis.Case) -> None:
        response = case.call(headers={"Authorization": f"Bearer {everything[1]}"})
        case.validate_response(response, checks=CHECKS)

    check()
