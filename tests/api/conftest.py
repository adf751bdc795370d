"""Clients of the API: a person of each role, a machine with scopes, and nobody.

world       a world of its own on a real database, its clock standing still until it is wound
app         the application on it; answers are held against their schemas
anybody     a client nobody has signed in with
client_as   client_as("business") -> a client signed in as somebody with that role; more by keyword:
            unit=<org unit id>, second_factor=True (given just now)
machine     machine("events.write", ...) -> a client with an API key of these scopes
admin       client_as("admin", second_factor=True)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.app import create_app, make_context
from api.context import KEY, Options
from engine.core.registry import Registry, load_registry
from engine.runtime.accounts import create_tenant
from engine.runtime.api_keys import create_key
from engine.runtime.granting import Grant
from engine.runtime.memory import Memory
from engine.runtime.passwords import Passwords
from engine.runtime.principal import system
from engine.runtime.queue import QuietQueue
from engine.runtime.users import create_user
from engine.runtime.world import World
from engine.settings import Settings, load_settings
from engine.store import accounts as account_store
from engine.store.db import Database
from engine.store.lanes import count_lanes
from engine.store.vault import Vault
from tests.conftest import copies, fill

TENANT = "main"
START = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)
PASSWORD = "积木-blocks-2026"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


class Clock:
    """A clock that stands still until it is wound."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def wind(self, by: timedelta) -> None:
        self.at += by


class Client:
    """A Flask test client that knows who it is: CSRF token and language come by themselves."""

    def __init__(self, app: Flask, headers: dict[str, str] | None = None) -> None:
        self.http: FlaskClient = app.test_client()
        self.headers = {"Accept-Language": "en", **(headers or {})}
        self.user_id = ""

    def open(self, method: str, path: str, **more: Any) -> TestResponse:
        headers = {**self.headers, **more.pop("headers", {})}
        return self.http.open(path, method=method, headers=headers, **more)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.open("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> TestResponse:
        return self.open("POST", path, **_body(json), **more)

    def put(self, path: str, json: Any = None, **more: Any) -> TestResponse:
        return self.open("PUT", path, **_body(json), **more)

    def patch(self, path: str, json: Any = None, **more: Any) -> TestResponse:
        return self.open("PATCH", path, **_body(json), **more)

    def delete(self, path: str, **more: Any) -> TestResponse:
        return self.open("DELETE", path, **more)

    def sign_in(self, login: str, password: str = PASSWORD, code: str | None = None) -> None:
        found = self.post(
            "/api/v1/auth/login", {"login": login, "password": password, "code": code}
        )
        assert found.status_code == 200, found.get_data(as_text=True)
        self.headers["X-CSRF-Token"] = found.json["csrf"]
        self.user_id = found.json["user"]["id"]


def _body(json: Any) -> dict[str, Any]:
    return {} if json is None else {"json": json}


def code_at(at: datetime, secret: str = SECRET) -> str:
    """What an authenticator app shows at a moment."""
    return pyotp.TOTP(secret).at(at)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def registry() -> Registry:
    return load_registry()


class Silent:
    """Nobody answers: these tests call no platform."""

    def call(self, *_: Any) -> list[Any]:
        raise AssertionError("nothing is called here")


@pytest.fixture(scope="session")
def blank_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema and the tenant, to copy for each test."""
    path = tmp_path_factory.mktemp("founded") / "jimu.db"
    _found(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The same test twice: a database with the schema and the tenant."""
    yield from copies(request, tmp_path, "jimu_tenant", _found)


def _found(url: str) -> None:
    fill(url)
    db = Database(url)
    world = _world(db, Clock(), load_registry())
    create_tenant(world, TENANT, "积木测试品牌", admin="boss", password=PASSWORD, passwords=CHEAP)
    db.dispose()


@pytest.fixture
def world(db: Database, clock: Clock, registry: Registry) -> World:
    return _world(db, clock, registry)


def _world(db: Database, clock: Clock, registry: Registry) -> World:
    with db.reading() as conn:
        lanes = count_lanes(conn)
    return World(
        db=db,
        registry=registry,
        clock=clock,
        queue=QuietQueue(),
        caller=Silent(),
        vault=Vault("k1", {"k1": bytes(32)}, bytes(32)),
        lanes=lanes,
        memory=Memory(registry),
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"JIMU_DATA": str(tmp_path), "JIMU_PUBLIC_URL": "http://localhost"})


@pytest.fixture(scope="session")
def described_app() -> Flask:
    """Registering all routes takes longer than most tests: it is done once."""
    return create_app(None, load_settings({}))


@pytest.fixture
def app(described_app: Flask, world: World, settings: Settings, tmp_path: Path) -> Flask:
    options = Options(passwords=CHEAP, screens=tmp_path / "screens", check_answers=True)
    described_app.extensions[KEY] = make_context(world, settings, options)
    return described_app


@pytest.fixture
def anybody(app: Flask) -> Client:
    return Client(app)


@pytest.fixture
def client_as(app: Flask, world: World) -> Iterator[Callable[..., Client]]:
    made = 0

    def make(
        role: str | Sequence[str], *, unit: str | None = None, second_factor: bool = False
    ) -> Client:
        nonlocal made
        made += 1
        login = f"{role if isinstance(role, str) else 'mixed'}-{made}"
        roles = [role] if isinstance(role, str) else role
        user = create_user(
            world,
            system(TENANT),
            {"login": login, "name": login, "org_unit_id": unit},
            [Grant(each, unit) for each in roles],
            password=PASSWORD,
            passwords=CHEAP,
        )
        values: dict[str, Any] = {"must_change_password": False}
        if second_factor:
            values["totp"] = world.vault.seal(SECRET, f"totp:{user.id}")
        with world.db.begin() as conn:
            account_store.update_user(conn, TENANT, user.id, values)
        client = Client(app)
        client.sign_in(login, code=code_at(world.now()) if second_factor else None)
        return client

    return make


@pytest.fixture
def admin(client_as: Callable[..., Client]) -> Client:
    return client_as("admin", second_factor=True)


@pytest.fixture
def machine(app: Flask, world: World) -> Callable[..., Client]:
    def make(*scopes: str) -> Client:
        key = create_key(world, system(TENANT), "test", scopes)
        return Client(app, {"Authorization": f"Bearer {key.secret}"})

    return make
