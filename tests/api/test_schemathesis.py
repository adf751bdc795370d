"""Every operation of the document with generated requests, right ones and wrong ones.

No answer is a 5xx; statuses, content types and bodies are those the document promises; what breaks
the schema is refused. What fits the schema may still be refused: an id nobody has, a wrong password.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS, load_all_checks

from api.limits import Limiter
from engine.runtime.roles import ACTS
from engine.store import schema
from tests.api.conftest import Client
from tests.api.one_database import store_url  # noqa: F401

load_all_checks()
PROMISES = [
    check
    for check in CHECKS.get_all()
    if check.__name__
    in {
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    }
]
REFUSALS = [check for check in CHECKS.get_all() if check.__name__ == "negative_data_rejection"]
RIGHT, WRONG = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE


@pytest.fixture
def calls(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Calls every operation some times and returns what was wrong."""
    monkeypatch.setattr(Limiter, "hit", lambda *_: None)
    monkeypatch.setattr("api.health.schema.revision", lambda _: schema.newest())
    document = schemathesis.openapi.from_wsgi("/api/openapi.json", app)

    def make(headers: dict, cookies: dict, mode: object, checks: list, times: int) -> list[str]:
        found: list[str] = []
        for each in document.get_all_operations():
            operation = each.ok()
            if operation.path == "/api/v1/auth/session":
                continue  # would end the session all others need

            @settings(
                max_examples=times,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def call(case: schemathesis.Case) -> None:
                response = case.call(headers=headers, cookies=cookies)
                try:
                    case.validate_response(response, checks=checks)
                except* Exception as group:
                    said = f"{case.method} {case.path} {case.query} {case.body!r}"
                    found.extend(f"{said}: {one} {response.text}" for one in group.exceptions)

            try:
                call()
            except Unsatisfiable:
                continue  # nothing about this operation can be wrong
        return found

    return make


@pytest.mark.parametrize("mode", [RIGHT, WRONG], ids=["right", "wrong"])
def test_a_machine_gets_what_the_document_promises(
    calls: Callable[..., list[str]], machine: Callable[..., Client], mode: object
) -> None:
    headers = machine(*ACTS).headers
    assert calls(headers, {}, mode, PROMISES + (REFUSALS if mode is WRONG else []), 6) == []


@pytest.mark.parametrize("mode", [RIGHT, WRONG], ids=["right", "wrong"])
def test_a_person_gets_what_the_document_promises(
    calls: Callable[..., list[str]], admin: Client, mode: object
) -> None:
    cookie = admin.http.get_cookie("jimu")
    assert cookie is not None
    assert calls(admin.headers, {"jimu": cookie.value}, mode, PROMISES, 4) == []
