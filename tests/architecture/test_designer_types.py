"""What the designer keeps of the server is what the server offers now."""

from __future__ import annotations

import json

from deploy import designer_types


def test_the_designers_types_are_those_of_the_api() -> None:
    written = designer_types.TYPES.read_text("utf-8")
    found = designer_types.types_of(designer_types.openapi_document())
    assert written == found, "run: python -m deploy.designer_types"


def test_the_designers_catalog_is_that_of_the_server() -> None:
    written = designer_types.CATALOG.read_text("utf-8")
    assert written == designer_types.catalog_text(), "run: python -m deploy.designer_types"


def test_types_are_written_as_typescript_reads_them() -> None:
    document = {
        "components": {
            "schemas": {
                "Thing": {
                    "type": "object",
                    "required": ["id"],
                    "properties": {
                        "id": {"type": "string"},
                        "kind": {"enum": ["a", "b"]},
                        "parts": {"type": "array", "items": {"anyOf": [{"type": "integer"}]}},
                        "next-one": {
                            "anyOf": [{"$ref": "#/components/schemas/Thing"}, {"type": "null"}]
                        },
                        "free": {"type": "object", "additionalProperties": True},
                    },
                }
            }
        },
        "paths": {
            "/api/v1/things/{id}": {
                "put": {
                    "operationId": "update_thing",
                    "parameters": [
                        {"in": "path", "name": "id", "required": True, "schema": {}},
                        {"in": "header", "name": "If-Match", "required": True},
                    ],
                    "responses": {"204": {"description": ""}},
                }
            },
            "/hooks/{connector}": {"get": {"operationId": "hook", "responses": {}}},
        },
    }
    text = designer_types.types_of(document)
    thing = (
        'export type Thing = { id: string; kind?: "a" | "b"; parts?: number[]; '
        '"next-one"?: Thing | null; free?: Record<string, unknown> }'
    )
    assert thing in text
    assert (
        "update_thing: { path: { id: unknown }; match: string | number; answer: undefined }" in text
    )
    assert 'update_thing: "PUT /api/v1/things/{id}"' in text
    assert "hook" not in json.dumps(text)
