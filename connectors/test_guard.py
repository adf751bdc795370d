"""Which addresses a connector reaches, judged on the address the socket really goes to."""

from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connectors import AddressRefused, connect, exchange, http_client, permitted_addresses
from engine.core.errors import GiveUp, RetryLater


def resolver(*answers: list[str]) -> Any:
    """A resolver that gives one list of addresses after the other, and counts."""
    given = list(answers)

    def resolve(host: str, port: int, type: int = 0) -> list[tuple[Any, ...]]:
        resolve.asked.append(host)  # type: ignore[attr-defined]
        found = given.pop(0) if len(given) > 1 else given[0]
        return [(socket.AF_INET, type, 6, "", (address, port)) for address in found]

    resolve.asked = []  # type: ignore[attr-defined]
    return resolve


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.8",
        "198.18.0.1",
        "203.0.113.9",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:c0a8:101::1",
        "not an address",
    ],
)
def test_a_private_address_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused):
        permitted_addresses("shop.example", 443, resolve=resolver([address]))


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_a_public_address_is_reached(address: str) -> None:
    found = permitted_addresses("shop.example", 443, resolve=resolver([address]))
    assert found == [address]


def test_private_addresses_beside_public_ones_are_left_out() -> None:
    resolve = resolver(["10.0.0.1", "8.8.8.8", "8.8.8.8", "::1"])
    assert permitted_addresses("shop.example", 443, resolve=resolve) == ["8.8.8.8"]


def test_an_allowed_name_may_be_private_but_never_the_metadata_service() -> None:
    allowed = {"erp.local"}
    assert permitted_addresses("ERP.local.", 80, allowed, resolve=resolver(["10.0.0.1"]))
    with pytest.raises(AddressRefused):
        permitted_addresses("erp.local", 80, allowed, resolve=resolver(["169.254.169.254"]))
    with pytest.raises(AddressRefused):
        permitted_addresses("other.local", 80, allowed, resolve=resolver(["10.0.0.1"]))


def test_an_allowed_network_opens_exactly_itself() -> None:
    allowed = {"10.1.0.0/16"}
    assert permitted_addresses("a.example", 80, allowed, resolve=resolver(["10.1.9.9"]))
    assert permitted_addresses("a.example", 80, allowed, resolve=resolver(["::ffff:10.1.9.9"]))
    with pytest.raises(AddressRefused):
        permitted_addresses("a.example", 80, allowed, resolve=resolver(["10.2.0.1"]))


@pytest.mark.parametrize("name", ["127.1", "0x7f.1", "2130706433", "localhost", "[::1]", "0"])
def test_other_spellings_of_loopback_are_refused(name: str, wire: Any) -> None:
    with pytest.raises(GiveUp) as found:
        exchange(http_client(), "GET", f"http://{name}:{wire.port}/")
    assert found.value.code in ("private_address", "invalid")
    assert wire.received == []


def test_a_name_is_resolved_once_and_the_judged_address_is_the_one_connected(wire: Any) -> None:
    # Public at the first question, loopback at the second: the second is never asked.
    resolve = resolver(["192.0.2.1", "127.0.0.1"], ["127.0.0.1"])
    client = http_client(allowed_private_hosts={"127.0.0.1"}, resolve=resolve)
    exchange(client, "GET", f"http://rebind.example:{wire.port}/")
    assert resolve.asked == ["rebind.example"]
    assert wire.last.headers["host"] == f"rebind.example:{wire.port}"

    resolve = resolver(["127.0.0.1"])
    with pytest.raises(GiveUp, match="private"):
        exchange(http_client(resolve=resolve), "GET", f"http://rebind.example:{wire.port}/")
    assert len(wire.received) == 1


def test_a_redirect_to_a_private_address_is_refused(wire: Any, answer: Any) -> None:
    wire.answer = answer(302, headers={"Location": f"http://inside.example:{wire.port}/secret"})

    def resolve(host: str, port: int, type: int = 0) -> list[tuple[Any, ...]]:
        address = {"shop.example": "127.0.0.1", "inside.example": "127.0.0.2"}[host]
        return [(socket.AF_INET, type, 6, "", (address, port))]

    client = http_client(allowed_private_hosts={"shop.example"}, resolve=resolve)
    with pytest.raises(GiveUp) as found:
        exchange(client, "GET", f"http://shop.example:{wire.port}/", redirects=3)
    assert found.value.code == "private_address"
    assert [got.path for got in wire.received] == ["/"]


def test_the_tls_name_is_the_name_of_the_url(tmp_path: Path) -> None:
    server_side, client_side = certificate("shop.example", tmp_path)
    names: list[str | None] = []
    server_side.sni_callback = lambda sock, name, context: names.append(name)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        line, _ = listener.accept()
        with server_side.wrap_socket(line, server_side=True) as secure:
            secure.recv(4096)
            secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    client = http_client(
        allowed_private_hosts={"shop.example"}, resolve=resolver(["127.0.0.1"]), tls=client_side
    )
    url = f"https://shop.example:{listener.getsockname()[1]}/"
    assert exchange(client, "GET", url).status_code == 200
    thread.join()
    assert names == ["shop.example"]
    listener.close()


def test_a_certificate_of_another_name_never_gets_the_request(tmp_path: Path) -> None:
    server_side, client_side = certificate("other.example", tmp_path)
    listener = socket.create_server(("127.0.0.1", 0))
    got: list[Any] = []

    def serve() -> None:
        line, _ = listener.accept()
        try:
            with server_side.wrap_socket(line, server_side=True) as secure:
                got.append(secure.recv(4096))
        except OSError as fault:
            got.append(fault)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    client = http_client(
        allowed_private_hosts={"shop.example"}, resolve=resolver(["127.0.0.1"]), tls=client_side
    )
    with pytest.raises(RetryLater, match=r"shop\.example"):
        exchange(client, "GET", f"https://shop.example:{listener.getsockname()[1]}/")
    thread.join()
    assert not [found for found in got if isinstance(found, bytes) and found]
    listener.close()


def test_a_plain_socket_keeps_the_same_guard(wire: Any) -> None:
    with pytest.raises(AddressRefused):
        connect("localhost", wire.port, 1.0)
    connect("localhost", wire.port, 1.0, {"localhost"}).close()


def test_a_name_nobody_knows_is_tried_again_later() -> None:
    def resolve(host: str, port: int, type: int = 0) -> list[tuple[Any, ...]]:
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(RetryLater, match="nowhere"):
        exchange(http_client(resolve=resolve), "GET", "http://nowhere.example/")


def test_proxies_of_the_environment_are_not_used(
    wire: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    client = http_client(allowed_private_hosts={"127.0.0.1"})
    assert isinstance(exchange(client, "GET", wire.url), httpx.Response)


def certificate(name: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Server and client contexts for a self-signed certificate of this name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "cert.pem"
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, *private)
    )
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(pem)
    return server_side, ssl.create_default_context(cafile=str(pem))


def test_a_wrapped_address_is_judged_by_what_it_wraps() -> None:
    wrapped = ipaddress.ip_address("2002:0808:0808::1")
    assert permitted_addresses("a.example", 80, resolve=resolver([str(wrapped)]))
