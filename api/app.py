"""The application: every file of api/ with a `resource`, behind one gate.

`create_app(world, settings)` for tests and embedding; `serve()` is what the HTTP server loads.
"""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI

from api.context import KEY, Context, Options
from api.errors import handle_errors
from api.gate import put_gate
from api.limits import Limiter
from api.live import Live
from api.meters import Meters
from api.openapi import SECURITY, build
from api.resource import resources
from engine.log import set_up_log
from engine.processes import keep_what_is_loaded
from engine.runtime.installation import live_world
from engine.runtime.world import World
from engine.settings import Settings, load_settings

DESCRIPTION = (
    "Events come in, flows run, effects go out exactly as often as they should. "
    "Errors are problem+json (RFC 9457); lists have cursors; writes take Idempotency-Key; "
    "edits take If-Match.\n\n"
    "事件进来，流程执行，动作不多不少地送达。错误为 problem+json(RFC 9457)，列表用游标翻页，"
    "写操作支持 Idempotency-Key，修改须带 If-Match。"
)


def create_app(world: World | None, settings: Settings, options: Options | None = None) -> Flask:
    """The application on a world; without one it can only describe itself (`document`)."""
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


def document() -> dict[str, Any]:
    """The OpenAPI document, without a server or a database."""
    app = create_app(None, load_settings({}))
    with app.app_context():
        return build()


def serve() -> Flask:
    """The application of this installation."""
    settings = load_settings()
    set_up_log(settings)
    app = create_app(live_world(settings), settings)
    keep_what_is_loaded()
    return app
