"""What all connectors share: a guarded HTTP client, one way to exchange, answers safe to store.

    http_client(limits, allowed)      an httpx.Client that reaches no private address
    exchange(client, "POST", url, …)  request and whole answer, or RetryLater / NoAnswer / GiveUp
    read_json(response)               its JSON as values that may be stored; parse_json(bytes) too
    connect(host, port, …)            a plain socket under the same guard (mail and the like)

It is one file because the folders beside it are connectors, and none of them may know another.

The guard: a name is resolved once, each address is judged, and the connection goes to the judged
address itself, so a name that changes its answer in between (DNS rebinding) wins nothing. `Host`
and the TLS name stay those of the URL. A redirect opens a new connection, which is judged again.
"""

from __future__ import annotations

import ipaddress
import json
import math
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import httpcore
import httpx
import orjson
from pydantic import BaseModel, SecretStr

from engine import __version__
from engine.core.connector import Limits
from engine.core.errors import GiveUp, NoAnswer, RetryLater
from engine.core.text import Text, text

MAX_ANSWER = 5 * 1024 * 1024  # bytes, after decompression
MAX_DEPTH = 64
LONGEST_WAIT = timedelta(days=1)  # of a Retry-After we believe
TOTAL = 3  # a whole exchange may take this many times the timeout of one read

Resolve = Callable[..., Iterable[tuple[Any, ...]]]  # socket.getaddrinfo
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Codes an error route can match after `exchange`; connectors add their own.
HTTP_ERRORS: Mapping[str, Text] = MappingProxyType(
    {
        "invalid": text("请求内容不对", "the request is malformed"),
        "unauthorized": text("凭证无效或已过期", "the credentials are wrong or have expired"),
        "forbidden": text("没有权限", "not permitted"),
        "not_found": text("对方没有这个地址或记录", "the other side has no such address or record"),
        "conflict": text("与对方现有数据冲突", "conflicts with what the other side has"),
        "too_large": text("请求内容过大", "the request is too large"),
        "refused": text("对方拒绝了请求", "the other side refused the request"),
        "redirected": text("对方要求跳转到别处", "the other side points elsewhere"),
        "unexpected_status": text("返回的状态码不是预期的", "the status is not an expected one"),
        "bad_answer": text("返回内容无法读取", "the answer cannot be read"),
        "answer_too_large": text("返回内容过大", "the answer is too large"),
        "private_address": text("目标是内网地址，已拦截", "the target is a private address"),
        "no_answer": text("请求已发出，没有收到结果", "sent, but no answer came"),
    }
)
_CODES = {
    400: "invalid",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    410: "not_found",
    413: "too_large",
    422: "invalid",
}


# -- the guard -----------------------------------------------------------------------------------

_METADATA = [
    ipaddress.ip_network(name)
    for name in (
        "169.254.0.0/16",  # AWS, Google, Tencent Cloud, Azure
        "fe80::/10",
        "100.100.100.200/32",  # Alibaba Cloud
        "192.0.0.0/24",  # Oracle Cloud; reserved by the IETF
        "168.63.129.16/32",  # Azure's own services, formally a public address
        "fd00:ec2::/32",  # AWS over IPv6
    )
]
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")


class AddressRefused(httpx.ConnectError):
    """Every address of this name is private, and the installation does not allow it."""


def permitted_addresses(
    host: str,
    port: int,
    allowed: Collection[str] = (),
    *,
    resolve: Resolve = socket.getaddrinfo,
) -> list[str]:
    """The addresses of a host we may connect to, in the resolver's order.

    `allowed` holds lower-case host names and networks ("erp.local", "10.1.0.0/16"). An allowed name
    may be private or loopback, but link-local and metadata addresses only by their network.
    Raises AddressRefused when none is left and OSError when the name is unknown.
    """
    networks = [net for net in map(_network, allowed) if net is not None]
    by_name = host.lower().rstrip(".") in allowed
    found: list[str] = []
    try:
        answers = resolve(host, port, type=socket.SOCK_STREAM)
        for *_, sockaddr in answers:
            if sockaddr[0] not in found and _may_reach(sockaddr[0], by_name, networks):
                found.append(sockaddr[0])
    except UnicodeError:  # a label longer than 63 characters, an empty label
        raise OSError("not a host name") from None
    if not found:
        raise AddressRefused(f"{host} is a private address")
    return found


def connect(
    host: str,
    port: int,
    timeout: float,
    allowed: Collection[str] = (),
    *,
    resolve: Resolve = socket.getaddrinfo,
) -> socket.socket:
    """A connected socket to a permitted address of a host; OSError or AddressRefused otherwise."""
    fault: OSError = OSError("no address")
    for address in permitted_addresses(host, port, allowed, resolve=resolve)[:4]:
        try:
            return socket.create_connection((address, port), timeout)
        except OSError as found:
            fault = found
    raise fault


def _network(name: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(name, strict=False)
    except ValueError:
        return None


def _may_reach(
    address: str, by_name: bool, networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network]
) -> bool:
    try:
        meant = _meant(ipaddress.ip_address(address))
    except ValueError:
        return False
    if any(meant in net for net in networks):
        return True
    if meant.is_unspecified or meant.is_multicast or any(meant in net for net in _METADATA):
        return False
    if by_name:
        return True
    site_local = isinstance(meant, ipaddress.IPv6Address) and meant.is_site_local
    return meant.is_global and not meant.is_reserved and not site_local


def _meant(address: Address) -> Address:
    """The IPv4 address an IPv6 one only wraps: mapped, compatible, NAT64, 6to4, Teredo."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    wrapped = address in _NAT64 or (address in _COMPATIBLE and int(address) > 0xFFFF)
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if wrapped else address


# -- the client ----------------------------------------------------------------------------------


class AnswerTooLarge(httpx.DecodingError):
    """The answer has more bytes than we read."""


def http_client(
    limits: Limits | None = None,
    allowed_private_hosts: Collection[str] = (),
    *,
    max_answer: int = MAX_ANSWER,
    resolve: Resolve = socket.getaddrinfo,
    tls: ssl.SSLContext | None = None,
) -> httpx.Client:
    """The HTTP client of one connection: guarded, timed, capped, without cookies or proxies.

    `max_answer` is bytes after decompression. Environment proxies and .netrc are not read: a proxy
    would resolve names itself and so undo the guard. Redirects are not followed.
    """
    limits = limits or Limits()
    timeout = limits.timeout.total_seconds()
    return httpx.Client(
        transport=_Transport(
            limits, frozenset(allowed_private_hosts), max_answer, resolve, tls or _tls()
        ),
        timeout=httpx.Timeout(timeout, connect=min(timeout, 5.0)),
        headers={"User-Agent": f"jimu/{__version__}", "Accept-Encoding": "gzip"},
        # A jar shared by all calls of a connection would carry one call's session into the next.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        trust_env=False,
    )


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    # Reading the machine's authorities takes tens of milliseconds, a client is made in a fraction.
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


_deadline = threading.local()  # .until: when this thread's exchange must be over (monotonic)


class _Transport(httpx.BaseTransport):
    def __init__(
        self,
        limits: Limits,
        allowed: frozenset[str],
        max_answer: int,
        resolve: Resolve,
        tls: ssl.SSLContext,
    ) -> None:
        self._total = limits.timeout.total_seconds() * TOTAL
        self._max_answer = max_answer
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            max_connections=limits.concurrent,
            keepalive_expiry=5.0,
            network_backend=_Backend(allowed, resolve),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        _deadline.until = time.monotonic() + self._total
        with _translated(request):
            found = self._pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=request.url.raw_scheme,
                        host=request.url.raw_host,
                        port=request.url.port,
                        target=request.url.raw_path,
                    ),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        headers = httpx.Headers(found.headers)
        encoding = headers.get("content-encoding", "identity").strip().lower()
        # We undo the encoding ourselves, bounded; httpx would inflate a whole chunk at once.
        for name in ("content-encoding", "content-length") if encoding != "identity" else ():
            headers.pop(name, None)
        return httpx.Response(
            found.status,
            headers=headers,
            stream=_Body(found, request, encoding, self._max_answer),
            extensions=found.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    """An answer's bytes, decompressed piece by piece, never more than `limit`."""

    def __init__(
        self, answer: httpcore.Response, request: httpx.Request, encoding: str, limit: int
    ) -> None:
        self._answer, self._request = answer, request
        self._encoding, self._limit = encoding, limit

    def __iter__(self) -> Iterator[bytes]:
        if self._encoding not in ("identity", "gzip", "x-gzip", "deflate"):
            raise httpx.DecodingError(f"content-encoding {self._encoding[:40]}")
        left = self._limit
        inflate = zlib.decompressobj(wbits=47) if self._encoding != "identity" else None
        with _translated(self._request):
            for raw in self._answer.iter_stream():
                chunk = raw
                if inflate is not None:
                    try:
                        chunk = inflate.decompress(raw, left + 1)
                    except zlib.error:
                        raise httpx.DecodingError("not gzip") from None
                left -= len(chunk)
                if left < 0:
                    raise AnswerTooLarge(f"more than {self._limit} bytes")
                yield chunk

    def close(self) -> None:
        self._answer.close()


class _Backend(httpcore.NetworkBackend):
    """Opens connections to judged addresses only."""

    def __init__(self, allowed: frozenset[str], resolve: Resolve) -> None:
        self._allowed, self._resolve = allowed, resolve
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            addresses = permitted_addresses(host, port, self._allowed, resolve=self._resolve)
        except OSError as fault:
            raise httpcore.ConnectError(str(fault)) from fault
        fault_: Exception = httpcore.ConnectError("no address")
        for address in addresses[:4]:
            try:
                return _Timed(
                    self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as found:
                fault_ = found
        raise fault_


class _Timed(httpcore.NetworkStream):
    """A stream whose reads also end with the exchange: a slow drip cannot hold a thread."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = _deadline.until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the whole exchange took too long")
        return self._inner.read(max_bytes, left if timeout is None else min(timeout, left))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return _Timed(self._inner.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _translated:
    """httpcore's faults as httpx's, which have the same names."""

    def __init__(self, request: httpx.Request) -> None:
        self._request = request

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, fault: BaseException | None, at: object) -> None:
        if isinstance(fault, httpx.RequestError):
            fault.request = self._request
        elif fault is not None:
            for known in type(fault).__mro__:
                same = getattr(httpx, known.__name__, None)
                if known.__module__.startswith("httpcore") and same is not None:
                    raise same(str(fault), request=self._request) from fault


# -- one exchange --------------------------------------------------------------------------------


def exchange(
    client: httpx.Client,
    method: str,
    url: str | httpx.URL,
    *,
    params: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    json: Any = None,
    data: Mapping[str, Any] | None = None,
    expected: Callable[[int], bool] = lambda status: 200 <= status < 300,
    sign: Callable[[httpx.Request], Mapping[str, str]] | None = None,
    secrets: Iterable[str] = (),
    redirects: int = 0,
    timeout: float | None = None,
) -> httpx.Response:
    """Sends one request and returns the whole answer; every fault as one of the two kinds.

    `sign` gets the request exactly as it will be sent and returns the headers that prove who we
    are; they never go to another origin. `secrets` are taken out of every error's text.
    `redirects` are followed for GET and HEAD only. `timeout` is seconds for one read, where a
    call must be quicker than the connection's limits say.

    1. Never left (no connection, TLS refused, pool full): RetryLater.
    2. Never will leave (malformed, private address): GiveUp.
    3. Left, and no whole answer came: NoAnswer.
    4. 408, 425, 429, 503: RetryLater, with the platform's Retry-After.
    5. Other 5xx: NoAnswer, since it is not known what was done; the effect's class decides.
    6. Any other status that is not expected: GiveUp with a code of HTTP_ERRORS.
    """
    method = method.upper()
    try:
        target = httpx.URL(url)
        # httpx itself would put `params` in the place of a query the address already has.
        target = target.copy_merge_params(params) if params else target
        request = client.build_request(
            method,
            target,
            headers=headers,
            content=content,
            json=json,
            data=data,
            timeout=client.timeout if timeout is None else timeout,
        )
        if not request.url.host or request.url.scheme not in ("http", "https"):
            raise httpx.InvalidURL("no host")
    except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError, TypeError):
        raise GiveUp(HTTP_ERRORS["invalid"], code="invalid") from None
    origin, hops = _origin(request.url), redirects
    while True:
        proof: Mapping[str, str] = {}
        if sign is not None and _origin(request.url) == origin:
            proof = sign(request)
            request.headers.update(proof)
        # "Basic abc…" may come back as "abc…" alone.
        parts = {part for value in proof.values() for part in (value, *value.split()[1:])}
        hidden = [*secrets, *parts]
        response = _send(client, request, hidden)
        following = response.next_request
        if following is None or hops <= 0 or method not in ("GET", "HEAD"):
            break
        if request.url.scheme == "https" and following.url.scheme != "https":
            break
        for name in proof:
            following.headers.pop(name, None)
        request, hops = following, hops - 1
    if not expected(response.status_code):
        raise _refusal(response, hidden)
    return response


def _send(client: httpx.Client, request: httpx.Request, hidden: list[str]) -> httpx.Response:
    host = request.url.host
    # `from None`: the cause holds the request with its headers, and a traceback may be logged.
    try:
        response = client.send(request, stream=True)
        try:
            response.read()
        except httpx.RequestError:
            if response.is_success:
                raise
            # The status alone says what happened.
            return httpx.Response(
                response.status_code, headers=response.headers, request=response.request
            )
        finally:
            response.close()
        return response
    except AddressRefused:
        zh = f"{host} 是内网地址。如确需访问，请管理员把它加入允许列表（JIMU_ALLOW_PRIVATE）。"
        en = f"{host} is a private address; an administrator can allow it (JIMU_ALLOW_PRIVATE)."
        raise GiveUp(text(zh, en), code="private_address") from None
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as fault:
        why = hide(str(fault), hidden)[:200]
        raise RetryLater(
            text(f"连不上 {host}：{why}", f"Cannot connect to {host}: {why}")
        ) from None
    except AnswerTooLarge:
        raise GiveUp(HTTP_ERRORS["answer_too_large"], code="answer_too_large") from None
    except httpx.DecodingError:
        raise GiveUp(HTTP_ERRORS["bad_answer"], code="bad_answer") from None
    except (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL, UnicodeError):
        raise GiveUp(HTTP_ERRORS["invalid"], code="invalid") from None
    except httpx.HTTPError as fault:
        what = type(fault).__name__
        raise NoAnswer(
            text(
                f"请求已发往 {host}，但没有收到完整的结果（{what}）",
                f"The request to {host} was sent, but no whole answer came ({what})",
            )
        ) from None


def _refusal(response: httpx.Response, hidden: list[str]) -> GiveUp | RetryLater:
    status, host = response.status_code, response.request.url.host
    said = _excerpt(response, hidden)
    message = text(
        f"{host} 返回 {status}{'：' + said if said else ''}",
        f"{host} answered {status}{': ' + said if said else ''}",
    )
    if status in (408, 425, 429, 503):
        return RetryLater(message, after=retry_after(response))
    if status >= 500 and status not in (501, 505):
        return NoAnswer(message)
    if 300 <= status < 400:
        return GiveUp(message, code="redirected")
    return GiveUp(
        message, code=_CODES.get(status, "refused" if status >= 400 else "unexpected_status")
    )


def retry_after(response: httpx.Response) -> timedelta | None:
    """How long the platform asks us to wait (seconds or an HTTP date), at most a day."""
    value = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", value):
        return min(timedelta(seconds=int(value)), LONGEST_WAIT)
    until = _http_date(value)
    if until is None:
        return None
    # By the platform's own clock where it tells the time, so that ours may be off.
    now = _http_date(response.headers.get("date", "")) or datetime.now(UTC)
    return min(max(until - now, timedelta(0)), LONGEST_WAIT)


def _http_date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or {"https": 443}.get(url.scheme, 80)


def _excerpt(response: httpx.Response, hidden: list[str]) -> str:
    """The first words of an answer, for a person; web pages say nothing useful."""
    if "html" in response.headers.get("content-type", ""):
        return ""
    said = response.content[:2000].decode("utf-8", "replace")
    said = " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", hide(said, hidden)).split())
    return said[:200]


# -- values --------------------------------------------------------------------------------------


def read_json(response: httpx.Response) -> Any:
    """The answer's JSON, safe to store; GiveUp "bad_answer" when it is none."""
    try:
        return parse_json(response.content)
    except ValueError:
        raise GiveUp(HTTP_ERRORS["bad_answer"], code="bad_answer") from None


def parse_json(raw: bytes) -> Any:
    """JSON of unknown origin as values that may be stored (see `clean`); ValueError otherwise."""
    if b"\\u0000" not in raw:
        try:
            found = orjson.loads(raw)
        except ValueError:
            pass  # half a character, another encoding: the slower one knows
        else:
            if _is_clean(raw):
                return found
    try:
        return clean(json.loads(raw, parse_constant=_no_number))
    except RecursionError:
        raise ValueError("too many levels") from None


def _is_clean(raw: bytes) -> bool:
    """Whether what orjson reads of a JSON text is sure to be as `clean` would leave it.

    It may have too many levels, or a whole number beyond 64 bits, which orjson reads as a float.
    Both are seen in the text, at a tenth of the price of walking through the values.
    """
    if _LONG in (b"," + raw).translate(_SHAPE) and any(
        len(one) > 19 or int(one) >= _LARGE for one in _WHOLE.findall(raw)
    ):
        return False
    if b"\\" in raw:
        raw = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    brackets = raw.translate(None, _NO_BRACKETS).replace(b'""', b"")
    if b'"' in brackets:  # some stand in texts
        brackets = b"".join(brackets.split(b'"')[::2])
    for _ in range(MAX_DEPTH // 2):  # each time one or two levels go
        if not brackets:
            return True
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
    return not brackets


_LARGE = 2**63
# Digits as 0, what may stand before a number as a comma: then many digits are one search.
_SHAPE = bytes.maketrans(b"123456789[:- \t\r\n", b"000000000,,,,,,,")
_LONG = b"," + b"0" * 19
_WHOLE = re.compile(rb"(?<![0-9])[0-9]{19,}")
_NO_BRACKETS = bytes(set(range(256)) - set(b'"[]{}'))


def clean(value: Any, depth: int = MAX_DEPTH) -> Any:
    """A JSON value every database and serializer takes.

    No U+0000 and no half characters (surrogates), whole numbers beyond 64 bits as text. ValueError
    beyond `depth` levels, and for numbers like 1e400.
    """
    if isinstance(value, str):
        if value.isascii() and "\x00" not in value:
            return value
        return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("a number beyond all bounds")
        return value
    if isinstance(value, int):
        return value if -_LARGE <= value < _LARGE else str(value)
    if depth <= 0:
        raise ValueError("too many levels")
    if isinstance(value, Mapping):
        return {clean(str(name)): clean(inner, depth - 1) for name, inner in value.items()}
    return [clean(inner, depth - 1) for inner in value]


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def secret_values(credentials: BaseModel) -> list[str]:
    """The text of every secret of a connection's credentials."""
    found = [value for _, value in credentials if isinstance(value, SecretStr)]
    return [value.get_secret_value() for value in found if value.get_secret_value()]


def hide(said: str, secrets: Iterable[str]) -> str:
    """The text with every secret in it replaced, also where it is percent- or JSON-encoded."""
    for secret in sorted({*secrets} - {""}, key=len, reverse=True):
        for form in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1]):
            said = said.replace(form, "***")
    return said
