"""The OpenAPI document and its page. Everything the page loads comes from this server."""

from __future__ import annotations

from importlib.resources import as_file, files

import orjson
from flask import Response, send_file
from pydantic import Field

from api.openapi import build
from api.resource import PUBLIC, Model, Resource
from engine.core.errors import NotFound
from engine.core.text import text

resource = Resource("docs", text("接口文档", "The API's own description"), prefix="/api")

_ASSETS = {
    "swagger-ui.css": ("css/swagger-ui.css", "text/css"),
    "swagger-ui-bundle.js": ("js/swagger-ui-bundle.js", "text/javascript"),
}
_PAGE = """<!doctype html>
<html lang="zh-CN">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Jimu 积木 API</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
<body style="margin:0">
<div id="page"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</html>
"""
# validatorUrl: the page would ask a server on the internet about the document otherwise.
_START = """window.ui = SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#page",
  deepLinking: true,
  filter: true,
  validatorUrl: null,
  docExpansion: "none",
  requestInterceptor: async (request) => {
    const writes = !["GET", "HEAD"].includes((request.method || "GET").toUpperCase());
    if (writes && !request.headers.Authorization && !request.headers["X-CSRF-Token"]) {
      const session = await fetch("/api/v1/auth/session");
      if (session.ok) request.headers["X-CSRF-Token"] = (await session.json()).csrf;
    }
    return request;
  },
});
"""


class AssetPath(Model):
    """Which file of the page."""

    name: str = Field(max_length=60)


@resource.get("/openapi.json", act=PUBLIC, answers={200: "application/json"})
def read_openapi() -> Response:
    """This document."""
    response = Response(orjson.dumps(build()), mimetype="application/json")
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    return response


@resource.get("/docs", act=PUBLIC, answers={200: "text/html"}, hidden=True)
def read_docs() -> Response:
    """A page to browse the document and try it out."""
    return Response(_PAGE, mimetype="text/html")


@resource.get("/docs/<name>", act=PUBLIC, answers={200: "text/javascript"}, hidden=True)
def read_docs_file(path: AssetPath) -> Response:
    """A file of that page."""
    if path.name == "start.js":
        return Response(_START, mimetype="text/javascript")
    if path.name not in _ASSETS:
        raise NotFound(text("没有这个文件", "there is no such file"))
    inside, kind = _ASSETS[path.name]
    held = files("flask_openapi3_swagger") / "templates" / "swagger" / inside
    with as_file(held) as file:
        response = send_file(file, mimetype=kind, conditional=True, max_age=86400)
    return response
