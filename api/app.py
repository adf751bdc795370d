"""The application: every file of api/ with a `resource`, behind one gate.

`create_app(world, settings)` for tests and embedding; `serve()` is what the HTTP server loads.
"""

from __future__ import annotations

import importlib
import pkgutil

from flask import Flask
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

import api
from api.context import KEY, Context, Options
from api.errors import handle_errors
from api.gate import put_gate
from api.limits import Limiter
from api.live import Live
from api.metrics import Meters
from api.openapi import SECURITY
from api.resource import Resource
from engine.log import set_up_log
from engine.processes import keep_what_is_loaded
from engine.runtime.world import World, live_world
from engine.settings import Settings, load_settings

DESCRIPTION = (
    "Events come in, flows run, effects go out exactly as often as they should. "
    "Errors are problem+json (RFC 9457); lists have cursors; writes take Idempotency-Key; "
    "edits take If-Match.\n\n"
    "事件进来，流程执行，动作不多不少地送达。错误为 problem+json(RFC 9457)，列表用游标翻页，"
    "写操作支持 Idempotency-Key，修改须带 If-Match。"
)


def create_app(world: World | None, settings: Settings, options: Options | None = None) -> Flask:
    """The application on a world; without one it can only describe itself (openapi.document)."""
    app = OpenAPI(
        "api",
        info=Info(title="Jimu 积木", version="1", description=DESCRIPTION),
        security_schemes=SECURITY,
        doc_ui=False,
        static_folder=None,
    )
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.config["TRAP_HTTP_EXCEPTIONS"] = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.extensions[KEY] = make_context(world, settings, options or Options())
    for resource in resources():
        app.register_api(resource.blueprint)
    handle_errors(app)
    put_gate(app)
    return app


def make_context(world: World | None, settings: Settings, options: Options) -> Context:
    """What an application works on and counts with; tests put a new one into the same one."""
    limiter = Limiter(None)
    if world is not None:
        limiter = Limiter(world.queue, world.clock, options.rates)
    return Context(
        world=world,
        settings=settings,
        options=options,
        limiter=limiter,
        live=Live(),
        meters=Meters(),
    )


def resources() -> list[Resource]:
    """The resources of every file of this folder, by file name."""
    found = []
    for module in sorted(each.name for each in pkgutil.iter_modules(api.__path__)):
        resource = getattr(importlib.import_module(f"api.{module}"), "resource", None)
        if isinstance(resource, Resource):
            found.append(resource)
    return found


def serve() -> Flask:
    """The application of this installation."""
    settings = load_settings()
    set_up_log(settings)
    app = create_app(live_world(settings), settings)
    keep_what_is_loaded()
    return app
