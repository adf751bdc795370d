"""Writes what the designer takes from the server: `python -m deploy.designer_types`.

- designer/src/api/types.ts: the shapes and calls of the OpenAPI document.
- designer/src/testing/catalog.json: every node as the designer receives it, for its own tests.

Both are checked in; a test says when they are no longer what the server offers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

TOP = Path(__file__).resolve().parents[1]
TYPES = TOP / "designer" / "src" / "api" / "types.ts"
CATALOG = TOP / "designer" / "src" / "testing" / "catalog.json"
METHODS = ("get", "put", "post", "delete", "patch")
# Platforms and monitoring call these; the screens never do.
FOREIGN = ("/hooks/", "/metrics", "/healthz", "/readyz", "/api/openapi.json")
HEAD = """\
// Written by deploy/designer_types.py from the OpenAPI document. Do not edit.

"""


def main() -> None:
    TYPES.write_text(types_of(openapi_document()), "utf-8")
    CATALOG.write_text(catalog_text(), "utf-8")


def openapi_document() -> dict[str, Any]:
    """The document `jimu openapi` prints."""
    from api.app import document

    return document()


def types_of(document: Mapping[str, Any]) -> str:
    """The whole of types.ts.

    1. Each schema of the document as a type of its own name.
    2. Each call by its operationId: path, query, body, answer, and whether it wants If-Match.
    3. ROUTES: method and address of each call, the only part that exists at run time.
    """
    schemas = document["components"]["schemas"]
    parts = [
        f"export type {_named(name)} = {_type(schema)}\n\n"
        for name, schema in sorted(schemas.items())
    ]
    calls = list(_calls(document))
    parts.append("export interface Calls {\n")
    parts += [f"  {name}: {_call(call)}\n" for name, _, _, call in calls]
    parts.append("}\n\nexport const ROUTES: { readonly [N in keyof Calls]: string } = {\n")
    parts += [f'  {name}: "{method.upper()} {path}",\n' for name, method, path, _ in calls]
    return HEAD + "".join(parts) + "}\n"


def _calls(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Mapping[str, Any]]]:
    for path, methods in sorted(document["paths"].items()):
        if path.startswith(FOREIGN):
            continue
        for method in METHODS:
            if method in methods:
                yield methods[method]["operationId"], method, path, methods[method]


def _call(call: Mapping[str, Any]) -> str:
    members = []
    for place in ("path", "query"):
        fields = [each for each in call.get("parameters", []) if each["in"] == place]
        if fields:
            mark = "" if any(each["required"] for each in fields) else "?"
            members.append(f"{place}{mark}: {_fields(fields)}")
    body = call.get("requestBody")
    if body is not None:
        mark = "" if body.get("required") else "?"
        schema = body["content"].get("application/json", {}).get("schema")
        # What is no JSON is handed over as the browser has it: a file, a form.
        shown = "FormData | Blob" if schema is None else _type(schema)
        members.append(f"body{mark}: {shown}")
    headers = {each["name"] for each in call.get("parameters", []) if each["in"] == "header"}
    if "If-Match" in headers:
        members.append("match: string | number")
    members.append(f"answer: {_answer(call)}")
    return "{ " + "; ".join(members) + " }"


def _answer(call: Mapping[str, Any]) -> str:
    found: list[str] = []
    for status, response in call["responses"].items():
        if status.startswith("2"):
            content = response.get("content", {})
            if "application/json" in content:
                found.append(_type(content["application/json"]["schema"]))
            else:
                found.append("string" if content else "undefined")
    return " | ".join(dict.fromkeys(found)) or "undefined"


def _fields(fields: list[Mapping[str, Any]]) -> str:
    shown = (
        f"{each['name']}{'' if each['required'] else '?'}: {_type(each.get('schema', {}))}"
        for each in fields
    )
    return "{ " + "; ".join(shown) + " }"


def _named(name: str) -> str:
    """A model read and written differently comes as "Rules-Input" (Rules) and "Rules-Output"."""
    return name.removesuffix("-Input").replace("-", "")


def _type(schema: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return _named(str(schema["$ref"]).rpartition("/")[2])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(json.dumps(each) for each in schema["enum"])
    for word, sign in (("anyOf", " | "), ("oneOf", " | "), ("allOf", " & ")):
        if word in schema:
            return sign.join(dict.fromkeys(_type(each) for each in schema[word]))
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(_type({**schema, "type": each}) for each in kind)
    if kind == "array":
        item = _type(schema.get("items", {}))
        return f"({item})[]" if " " in item else f"{item}[]"
    if kind == "object":
        return _object(schema)
    names = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}
    return names.get(str(kind), "null" if kind == "null" else "unknown")


def _object(schema: Mapping[str, Any]) -> str:
    properties = schema.get("properties")
    if not properties:
        rest = schema.get("additionalProperties")
        return f"Record<string, {_type(rest) if isinstance(rest, dict) else 'unknown'}>"
    required = set(schema.get("required", ()))
    lines = []
    for name, each in properties.items():
        shown = name if re.fullmatch(r"[A-Za-z_]\w*", name) else json.dumps(name)
        lines.append(f"{shown}{'' if name in required else '?'}: {_type(each)}")
    return "{ " + "; ".join(lines) + " }"


def catalog_text() -> str:
    """The catalog in Chinese, as GET /api/v1/catalog sends it."""
    from engine.core.catalog import catalog
    from engine.core.registry import load_registry

    return json.dumps(catalog(load_registry(), "zh"), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    main()
