"""`jimu up` on an empty folder, and people to sign in as: what the browser tests stand on."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pyotp

from engine.core.expression import CHINA
from engine.settings import child_environment
from tests.engine.cli.test_demo import free_port
from tests.engine.cli.test_up import children_of, is_alive, wait_until

TOP = Path(__file__).parents[2]
PASSWORD = "seven-blue-lanterns-41"
# login, name, role
PEOPLE = (
    ("shen", "沈岚", "admin"),
    ("tang", "唐哲", "operations"),
    ("jiang", "江宁", "business"),
    ("he", "何青", "agent"),
    ("fang", "方瑜", "finance"),
)
NEWCOMER = ("newcomer", "新同事", "guide")
# Key acts stay open at least this many minutes after a page was opened.
OPEN_FOR = 5


@dataclass
class Server:
    """A running installation: where it is, who is signed in, and what opens a second factor."""

    url: str
    # login -> recovery codes: a code of the app works once in half a minute
    codes: dict[str, list[str]] = field(default_factory=dict)
    # login -> a session for all tests: one may sign in only a few times in a quarter of an hour
    clients: dict[str, httpx.Client] = field(default_factory=dict)
    newcomers_password: str = ""

    @property
    def admin(self) -> httpx.Client:
        return self.clients["admin"]

    def code(self, login: str = "admin") -> str:
        """One that has not been used."""
        return self.codes[login].pop()

    def session(self, login: str) -> str:
        """The cookie of somebody's session; key acts are open to it where they have a code."""
        client = self.clients[login]
        shown = sent(client.get("/api/v1/auth/session"))
        until = shown["second_factor_until"]
        if login in self.codes and (until is None or minutes_until(until) < OPEN_FOR):
            sent(client.post("/api/v1/auth/second-factor", json={"code": self.code(login)}))
        return str(client.cookies["jimu"])

    def sign_in(self, login: str, password: str = PASSWORD) -> httpx.Client:
        """Signs in over HTTP: a client that is ready to write."""
        client = httpx.Client(base_url=self.url, headers={"Accept-Language": "zh"}, timeout=60)
        body = {"login": login, "password": password}
        session = sent(client.post("/api/v1/auth/login", json=body))
        client.headers["X-CSRF-Token"] = session["csrf"]
        return client


def fresh(stem: str) -> str:
    """A key nobody has yet."""
    return f"{stem}_{secrets.token_hex(3)}"


def this_month() -> str:
    """The period that money of now falls into: a month ends at midnight in China."""
    return f"{datetime.now(CHINA):%Y-%m}"


def end_of_last_month() -> datetime:
    """A moment in the period before, which can be closed."""
    return datetime.now(CHINA).replace(day=1) - timedelta(days=1)


def minutes_until(moment: str) -> float:
    return (datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds() / 60


def sent(response: httpx.Response) -> Any:
    assert response.status_code < 300, response.text
    return response.json() if response.content else None


@contextlib.contextmanager
def running(folder: Path, *options: str) -> Iterator[Server]:
    """Starts everything, sets its people up, and leaves nobody behind."""
    port = free_port()
    server = Server(f"http://127.0.0.1:{port}")
    changes = {
        "JIMU_DATA": str(folder / "data"),
        "JIMU_PORT": str(port),
        "JIMU_ALLOW_PRIVATE": "127.0.0.1",
        "LC_ALL": "zh_CN.UTF-8",
    }
    with (folder / "log").open("w+") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "engine", "up", *options],
            cwd=TOP,
            env=child_environment(changes, {}),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            wait_until(lambda: process.poll() is not None or is_up(server.url))
            assert process.poll() is None, (folder / "log").read_text()
            set_up(server, folder / "data")
            yield server
        finally:
            below = children_of(process.pid)
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()
            process.wait()
            for pid in filter(is_alive, below):
                os.kill(pid, 9)


def is_up(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def set_up(server: Server, data: Path) -> None:
    """The admin with a second factor, PEOPLE with a password of their own, somebody without."""
    first = (data / "first-login.txt").read_text().split("password ")[1].strip()
    settle_in(server, "admin", first)
    enrol(server, "admin")
    for login, name, role in PEOPLE:
        settle_in(server, login, new_person(server.admin, login, name, role))
    enrol(server, "shen")
    server.newcomers_password = new_person(server.admin, *NEWCOMER)


def new_person(admin: httpx.Client, login: str, name: str, role: str) -> str:
    """Makes somebody who has not signed in yet; gives their first password."""
    body = {"login": login, "name": name, "roles": [{"role": role}]}
    return str(sent(admin.post("/api/v1/users", json=body))["password"])


def settle_in(server: Server, login: str, first: str) -> None:
    """Signs somebody in for the first time and gives them PASSWORD."""
    client = server.clients[login] = server.sign_in(login, first)
    sent(client.put("/api/v1/me/password", json={"old": first, "new": PASSWORD}))


def enrol(server: Server, login: str) -> None:
    """Gives somebody a second factor."""
    client = server.clients[login]
    enrolment = sent(client.post("/api/v1/me/second-factor", json={"password": PASSWORD}))
    body = {"ticket": enrolment["ticket"], "code": pyotp.TOTP(enrolment["secret"]).now()}
    made = sent(client.put("/api/v1/me/second-factor", json=body))
    server.codes[login] = made["recovery_codes"]


def refund(number: str, amount: str) -> dict[str, Any]:
    """Somebody wants their money back."""
    now = datetime.now(UTC).isoformat()
    record = {
        "platform": "own",
        "shop": "1",
        "external_id": number,
        "order_id": f"O{number}",
        "status": "requested",
        "amount": amount,
        "currency": "CNY",
        "requested_at": now,
        "reason": "质量问题",
    }
    return {
        "specversion": "1.0",
        "id": number,
        "source": "own:shop",
        "type": "refund.requested",
        "subject": number,
        "time": now,
        "data": {"refund": record},
    }


def paid_order(number: str, amount: str) -> dict[str, Any]:
    """Somebody has paid an order without lines."""
    now = datetime.now(UTC).isoformat()
    record = {
        "platform": "own",
        "shop": "1",
        "external_id": number,
        "status": "paid",
        "amount": amount,
        "currency": "CNY",
        "created_at": now,
        "paid_at": now,
        "lines": [],
    }
    return {
        "specversion": "1.0",
        "id": number,
        "source": "own:shop",
        "type": "order.paid",
        "subject": number,
        "time": now,
        "data": {"order": record},
    }


def ask_for_money(server: Server, number: str) -> None:
    """A refund that the review scene takes up; the scene is installed where it is not there."""
    admin = server.admin
    flows = {flow["key"] for flow in sent(admin.get("/api/v1/flows"))["items"]}
    if "three_level_review" not in flows:
        chosen = {"parameters": {}, "connections": {}, "publish": True}
        sent(admin.post("/api/v1/templates/three_level_review/install", json=chosen))
    sent(admin.post("/api/v1/events", json=refund(number, "1888.00")))
