"""`jimu up` on an empty folder, and people to sign in as: what the browser tests stand on."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pyotp

from engine.settings import child_environment
from tests.engine.cli.test_demo import free_port
from tests.engine.cli.test_up import children_of, is_alive, wait_until

TOP = Path(__file__).parents[2]
PASSWORD = "seven-blue-lanterns-41"
# login, name, role
PEOPLE = (
    ("jiang", "江宁", "business"),
    ("he", "何青", "agent"),
    ("fang", "方瑜", "finance"),
)
NEWCOMER = ("newcomer", "新同事", "guide")


@dataclass
class Server:
    """A running installation: where it is, who has it set up, and what opens it."""

    url: str
    codes: list[str] = field(default_factory=list)
    # One session for all tests: signing in is limited to a few times a minute.
    admin: httpx.Client = field(default_factory=httpx.Client)
    newcomers_password: str = ""

    def code(self) -> str:
        """One that has not been used: a code of the app works once in half a minute."""
        return self.codes.pop()

    def client(self, login: str, password: str = PASSWORD) -> httpx.Client:
        """Signed in over HTTP, ready to write."""
        client = httpx.Client(base_url=self.url, headers={"Accept-Language": "zh"}, timeout=60)
        body = {"login": login, "password": password}
        session = sent(client.post("/api/v1/auth/login", json=body))
        client.headers["X-CSRF-Token"] = session["csrf"]
        return client


def sent(response: httpx.Response) -> Any:
    assert response.status_code < 300, response.text
    return response.json() if response.content else None


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Server]:
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
            [sys.executable, "-m", "engine", "up"],
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
    admin = server.admin = server.client("admin", first)
    change_password(admin, first)
    enrolment = sent(admin.post("/api/v1/me/second-factor", json={"password": PASSWORD}))
    body = {"ticket": enrolment["ticket"], "code": pyotp.TOTP(enrolment["secret"]).now()}
    server.codes = sent(admin.put("/api/v1/me/second-factor", json=body))["recovery_codes"]
    for login, name, role in PEOPLE:
        first = new_person(admin, login, name, role)
        change_password(server.client(login, first), first)
    server.newcomers_password = new_person(admin, *NEWCOMER)


def new_person(admin: httpx.Client, login: str, name: str, role: str) -> str:
    """Makes somebody who has not signed in yet; gives their first password."""
    body = {"login": login, "name": name, "roles": [{"role": role}]}
    return str(sent(admin.post("/api/v1/users", json=body))["password"])


def change_password(client: httpx.Client, old: str) -> None:
    sent(client.put("/api/v1/me/password", json={"old": old, "new": PASSWORD}))


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
