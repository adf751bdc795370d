"""Every operation of the document with generated requests, right ones and wrong ones.

No answer is a 5xx; statuses, content types and bodies are those the document promises; what breaks
the schema is refused. What fits it may be refused all the same: an id nobody has, a wrong password.
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
def calls(
    app: Flask,
    admin: Client,
    machine: Callable[..., Client],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., list[str]]:
    """Calls every operation, as a machine where one may, and returns what was wrong."""
    monkeypatch.setattr(Limiter, "hit", lambda *_: None)
    monkeypatch.setattr("api.health.schema.revision", lambda _: schema.newest())
    document = schemathesis.openapi.from_wsgi("/api/openapi.json", app)
    key = machine(*ACTS).headers
    cookie = admin.http.get_cookie("jimu")
    assert cookie is not None

    def make(mode: object, times: int) -> list[str]:
        found: list[str] = []
        for each in document.get_all_operations():
            operation = each.ok()
            if operation.path == "/api/v1/auth/session":
                continue  # would end the session that others need
            security = operation.definition.raw["security"]
            by_person = bool(security) and {"key": []} not in security
            headers = admin.headers if by_person else key
            # The person's cookie is always sent, so it is never wrong as it should be.
            cookies = {"jimu": cookie.value} if by_person else {}
            checks = PROMISES + (REFUSALS if mode is WRONG and not by_person else [])

            @settings(
                max_examples=times,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def call(case: schemathesis.Case) -> None:
                response = case.call(headers=headers, cookies=cookies)  # noqa: B023
                try:
                    case.validate_response(response, checks=checks)  # noqa: B023
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
def test_every_operation_keeps_what_the_document_promises(
    calls: Callable[..., list[str]], mode: object
) -> None:
    assert calls(mode, 3) == []
