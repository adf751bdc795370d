"""Every endpoint says what it asks for, and says it in the document."""

from __future__ import annotations

import re

import jsonschema
import pytest
from flask import Flask
from openapi_spec_validator import validate

from api.app import document
from api.resource import PERSON, PUBLIC, SIGNED_IN, Access, resources
from engine.runtime.roles import ACTS, ROLES
from tests.api.conftest import Client
from tests.api.one_database import store_url  # noqa: F401

# What anybody may call. A new one is a decision, so it is written down here.
OPEN = {
    "call_flow",
    "hook_delete",
    "hook_get",
    "hook_patch",
    "hook_post",
    "hook_put",
    "is_alive",
    "is_ready",
    "read_docs",
    "read_docs_file",
    "read_form",
    "read_metrics",
    "read_openapi",
    "sign_in",
    "submit_form",
}
# Asked for inside an endpoint: this machine needs no metrics.read, one's own jobs no jobs.read,
# and statements are read by finance and by partners.
INSIDE = {"jobs.read", "metrics.read", "settlement.own"}
ACCESSES = [access for resource in resources() for access in resource.accesses]


@pytest.fixture(scope="module")
def described() -> dict:
    return document()


def operations(described: dict) -> dict[str, dict]:
    return {
        operation["operationId"]: operation
        for item in described["paths"].values()
        for operation in item.values()
    }


def test_every_route_of_the_application_declares_an_act(app: Flask) -> None:
    silent = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if not isinstance(getattr(app.view_functions[rule.endpoint], "access", None), Access)
    ]
    assert silent == []


def test_only_the_endpoints_listed_here_are_open_to_anybody(app: Flask) -> None:
    found = {view.access.name for view in app.view_functions.values() if view.access.act == PUBLIC}
    assert found == OPEN


def test_every_act_is_asked_for_by_some_endpoint() -> None:
    asked = {access.act for access in ACCESSES} - {PUBLIC, SIGNED_IN, PERSON}
    assert asked | INSIDE == set(ACTS)


def test_built_in_roles_hold_acts_that_exist() -> None:
    assert {act for role in ROLES.values() for act in role.acts} <= set(ACTS)


def test_operation_ids_are_unique() -> None:
    names = [access.name for access in ACCESSES]
    assert sorted(set(names)) == sorted(names)


def test_the_document_is_valid_openapi_3_1(described: dict) -> None:
    assert described["openapi"].startswith("3.1")
    validate(described)


def test_every_operation_says_what_it_does_and_how_it_fails(described: dict) -> None:
    for name, operation in operations(described).items():
        assert operation["summary"], name
        assert len(operation["tags"]) == 1, name
        assert "security" in operation, name
        assert any(status.startswith("2") for status in operation["responses"]), name
        kinds = {kind for one in operation["responses"].values() for kind in one.get("content", {})}
        assert "application/problem+json" in kinds, name


def test_every_example_fits_its_schema(described: dict) -> None:
    for name, operation in operations(described).items():
        contents = [one.get("content", {}) for one in operation["responses"].values()]
        contents.append(operation.get("requestBody", {}).get("content", {}))
        for content in contents:
            for medium in content.values():
                if "example" in medium:
                    schema = {**medium["schema"], "components": described["components"]}
                    try:
                        jsonschema.validate(
                            medium["example"], schema, jsonschema.Draft202012Validator
                        )
                    except jsonschema.ValidationError as error:
                        pytest.fail(f"{name}: {error.message} at {error.json_path}")


def test_what_needs_an_act_is_refused_to_nobody_and_to_those_without_it(
    app: Flask, anybody: Client, client_as
) -> None:
    partner = client_as("partner")
    for view in app.view_functions.values():
        access = view.access
        if access.act in (PUBLIC, SIGNED_IN, PERSON):
            continue
        rule = next(
            rule for rule in app.url_map.iter_rules() if rule.endpoint.endswith(f".{access.name}")
        )
        path = re.sub(r"<(int:)?[^>]+>", lambda hole: "1" if hole[1] else "x", rule.rule)
        assert anybody.open(access.method, path).status_code == 401, path
        assert partner.open(access.method, path).status_code == 403, path
