"""What the connectors' tests share: a real HTTP server on loopback, and links to use it.

wire        records every request as it came over the socket and answers as the test says
make_link   a Link with real HTTP client, a frozen clock and tokens in memory
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors import http_client
from engine.core.connector import Limits, Link
from tests.wire import NOW, Answer, Tokens, Wire


@pytest.fixture
def wire() -> Iterator[Wire]:
    server = Wire()
    yield server
    server.close()


@pytest.fixture
def answer() -> type[Answer]:
    return Answer


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def make_link() -> Iterator[Callable[..., Link]]:
    """make_link(credentials, settings, allowed=..., timeout=seconds, now=...) -> Link."""
    clients = []

    def make(
        credentials: Any = None,
        settings: Any = None,
        *,
        key: str = "shop",
        allowed: frozenset[str] = frozenset({"127.0.0.1"}),
        timeout: float = 5,
        now: Callable[[], datetime] = lambda: NOW,
    ) -> Link:
        client = http_client(Limits(timeout=timedelta(seconds=timeout)), allowed)
        clients.append(client)
        return Link(key, credentials, settings, Tokens(), client, now, allowed)

    yield make
    for client in clients:
        client.close()
