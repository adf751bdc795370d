"""Every way an exchange can end, over real sockets: whole answer, RetryLater, NoAnswer, GiveUp."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import zlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from connectors import clean, exchange, hide, http_client, read_json, retry_after, secret_values
from engine.core.connector import Credentials, Limits
from engine.core.errors import GiveUp, NoAnswer, RetryLater, StepError


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with http_client(Limits(timeout=timedelta(seconds=5)), {"127.0.0.1"}, max_answer=1000) as made:
        yield made


def test_an_expected_answer_comes_back_whole(client: httpx.Client, wire: Any, answer: Any) -> None:
    wire.answer = answer(201, b'{"id": 7}')
    found = exchange(client, "post", wire.url, json={"a": "中"}, params={"p": "1"})
    assert (found.status_code, read_json(found)) == (201, {"id": 7})
    assert (wire.last.method, wire.last.path) == ("POST", "/?p=1")
    assert json.loads(wire.last.body) == {"a": "中"}
    assert wire.last.headers["user-agent"].startswith("jimu/")


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, GiveUp, "invalid"),
        (401, GiveUp, "unauthorized"),
        (403, GiveUp, "forbidden"),
        (404, GiveUp, "not_found"),
        (409, GiveUp, "conflict"),
        (413, GiveUp, "too_large"),
        (418, GiveUp, "refused"),
        (422, GiveUp, "invalid"),
        (501, GiveUp, "refused"),
        (302, GiveUp, "redirected"),
        (304, GiveUp, "redirected"),
        (408, RetryLater, "retry_later"),
        (429, RetryLater, "retry_later"),
        (503, RetryLater, "retry_later"),
        (500, NoAnswer, "no_answer"),
        (502, NoAnswer, "no_answer"),
        (504, NoAnswer, "no_answer"),
    ],
)
def test_a_status_says_what_happens_next(
    client: httpx.Client, wire: Any, answer: Any, status: int, kind: type, code: str
) -> None:
    wire.answer = answer(status, b"")
    with pytest.raises(StepError) as found:
        exchange(client, "POST", wire.url)
    assert type(found.value) is kind
    assert found.value.code == code
    assert str(status) in found.value.message["zh"]


def test_a_status_may_be_expected(client: httpx.Client, wire: Any, answer: Any) -> None:
    wire.answer = answer(404)
    assert exchange(client, "GET", wire.url, expected=lambda status: status == 404)
    wire.answer = answer(200)
    with pytest.raises(GiveUp) as found:
        exchange(client, "GET", wire.url, expected=lambda status: status == 201)
    assert found.value.code == "unexpected_status"


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "7"}, timedelta(seconds=7)),
        ({"Retry-After": "999999999"}, timedelta(days=1)),
        ({"Retry-After": "soon"}, None),
        ({}, None),
        (
            {
                "Retry-After": "Wed, 11 Nov 2026 00:01:30 GMT",
                "Date": "Wed, 11 Nov 2026 00:00:00 GMT",
            },
            timedelta(seconds=90),
        ),
        (
            {
                "Retry-After": "Tue, 10 Nov 2026 00:00:00 GMT",
                "Date": "Wed, 11 Nov 2026 00:00:00 GMT",
            },
            timedelta(0),
        ),
    ],
)
def test_the_platforms_waiting_time_is_kept(headers: dict[str, str], wait: Any) -> None:
    assert retry_after(httpx.Response(429, headers=headers)) == wait


def test_nobody_listening_means_nothing_was_sent(client: httpx.Client) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(RetryLater, match=r"127\.0\.0\.1"):
        exchange(client, "POST", f"http://127.0.0.1:{port}/")


def test_a_line_cut_after_sending_is_no_answer(
    client: httpx.Client, wire: Any, answer: Any
) -> None:
    wire.answer = answer(drop=True)
    with pytest.raises(NoAnswer):
        exchange(client, "POST", wire.url, content=b"once")
    assert [got.body for got in wire.received] == [b"once"], "sent exactly once"


def test_silence_after_sending_is_no_answer(wire: Any, answer: Any) -> None:
    wire.answer = answer(hang=True)
    quick = http_client(Limits(timeout=timedelta(seconds=0.2)), {"127.0.0.1"})
    with pytest.raises(NoAnswer):
        exchange(quick, "POST", wire.url)


def test_an_answer_cut_short_is_no_answer(client: httpx.Client, wire: Any, answer: Any) -> None:
    wire.answer = answer(200, b'{"a"', headers={"Content-Length": "100"})
    with pytest.raises(NoAnswer):
        exchange(client, "POST", wire.url)
    wire.answer = answer(404, b"not", headers={"Content-Length": "100"})
    with pytest.raises(GiveUp) as found:
        exchange(client, "POST", wire.url)
    assert found.value.code == "not_found"


def test_a_slow_drip_ends_with_the_exchange() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        impatient = http_client(Limits(timeout=timedelta(seconds=0.2)), {"127.0.0.1"})
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"

        def drip() -> None:
            line, _ = listener.accept()
            with line:
                try:
                    line.recv(4096)
                    over.wait(0.01)
                    while not over.wait(0.05):  # each byte comes in time, the whole never
                        line.sendall(b"H")
                except OSError:
                    pass

        over = threading.Event()
        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        with pytest.raises(NoAnswer):
            exchange(impatient, "GET", url)
        over.set()
        thread.join()


@pytest.mark.parametrize("encoding", ["identity", "gzip", "deflate"])
def test_an_answer_is_capped_after_decompression(
    client: httpx.Client, wire: Any, answer: Any, encoding: str
) -> None:
    pack = {"identity": bytes, "gzip": gzip.compress, "deflate": zlib.compress}[encoding]
    wire.answer = answer(200, pack(b'"' + b"x" * 900 + b'"'), {"Content-Encoding": encoding})
    assert read_json(exchange(client, "GET", wire.url)) == "x" * 900
    wire.answer = answer(200, pack(b"0" * 50_000_000), {"Content-Encoding": encoding})
    with pytest.raises(GiveUp) as found:
        exchange(client, "GET", wire.url)
    assert found.value.code == "answer_too_large"


def test_encodings_we_did_not_ask_for_cannot_be_read(
    client: httpx.Client, wire: Any, answer: Any
) -> None:
    for encoding, body in (("br", b"x"), ("gzip", b"not gzip")):
        wire.answer = answer(200, body, {"Content-Encoding": encoding})
        with pytest.raises(GiveUp) as found:
            exchange(client, "GET", wire.url)
        assert found.value.code == "bad_answer"


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("ftp://127.0.0.1/", {}),
        ("http://", {}),
        ("/relative", {}),
        ("http://127.0.0.1:99999/", {}),
        ("http://a\x00b/", {}),
        ("http://127.0.0.1/", {"X-A": "a\r\nX-B: b"}),
        ("http://127.0.0.1/", {"X A": "a"}),
        ("http://127.0.0.1/", {"X-A": "中文"}),
        ("http://" + "a" * 64 + ".example/", {}),
        ("http://a..b/", {}),
    ],
)
def test_what_cannot_be_sent_raises_nothing_else(
    client: httpx.Client, url: str, headers: dict[str, str]
) -> None:
    with pytest.raises(StepError):
        exchange(client, "GET", url, headers=headers)


def test_a_redirect_is_followed_without_what_proves_who_we_are(
    client: httpx.Client, wire: Any, answer: Any
) -> None:
    def to(got: Any) -> Any:
        there = {
            "/a": "/b",
            "/b": f"http://localhost:{wire.port}/c",
        }.get(got.path)
        return answer(302, headers={"Location": there}) if there else answer(200)

    wire.answer = to
    other = http_client(None, {"127.0.0.1", "localhost"})
    exchange(other, "GET", f"{wire.url}/a", sign=lambda request: {"X-Key": "k"}, redirects=5)
    keys = [(got.path, got.headers.get("x-key")) for got in wire.received]
    assert keys == [("/a", "k"), ("/b", "k"), ("/c", None)]
    with pytest.raises(GiveUp) as found:
        exchange(client, "POST", f"{wire.url}/a", redirects=5)
    assert found.value.code == "redirected"


def test_a_circle_of_redirects_ends(client: httpx.Client, wire: Any, answer: Any) -> None:
    wire.answer = answer(302, headers={"Location": "/again"})
    with pytest.raises(GiveUp) as found:
        exchange(client, "GET", wire.url, redirects=3)
    assert found.value.code == "redirected"
    assert len(wire.received) == 4


def test_cookies_of_one_call_do_not_reach_the_next(
    client: httpx.Client, wire: Any, answer: Any
) -> None:
    wire.answer = answer(200, headers={"Set-Cookie": "session=abc; Path=/"})
    exchange(client, "GET", wire.url)
    exchange(client, "GET", wire.url)
    assert "cookie" not in wire.last.headers


def test_an_error_never_shows_a_secret(client: httpx.Client, wire: Any, answer: Any) -> None:
    secret = 'se"cr/et +1'
    wire.answer = lambda got: answer(400, json.dumps(got.headers | {"x": secret}).encode())
    with pytest.raises(GiveUp) as found:
        exchange(
            client,
            "GET",
            wire.url,
            params={"token": secret},
            sign=lambda request: {"Authorization": "Bearer abcdef"},
            secrets=[secret],
        )
    said = str(found.value.message) + repr(found.value)
    assert "***" in said
    assert "abcdef" not in said
    assert "cr/et" not in said
    assert found.value.__cause__ is None


def test_answers_can_always_be_stored(client: httpx.Client, wire: Any, answer: Any) -> None:
    wire.answer = answer(200, b'{"a\\u0000": "\\ud800", "n": 123456789012345678901, "l": [1.5]}')
    assert read_json(exchange(client, "GET", wire.url)) == {
        "a\ufffd": "?",
        "n": "123456789012345678901",
        "l": [1.5],
    }
    for bad in (b"[" * 900, b"{", b"NaN", b"", b"\xff\xfe"):
        wire.answer = answer(200, bad)
        unreadable = exchange(client, "GET", wire.url)
        with pytest.raises(GiveUp) as found:
            read_json(unreadable)
        assert found.value.code == "bad_answer"
    with pytest.raises(ValueError, match="levels"):
        clean([[[]]], depth=2)


def test_secrets_are_found_in_credentials_and_hidden_longest_first() -> None:
    class Keys(Credentials):
        name: str
        one: SecretStr
        two: SecretStr = SecretStr("")

    keys = Keys(name="shop", one=SecretStr("abc"))
    assert secret_values(keys) == ["abc"]
    assert hide("x abcdef abc", ["abc", "abcdef"]) == "x *** ***"
