"""One conversation with a mail server, and which of its faults means what.

Until the end of DATA nothing has been handed over, so a broken line is RetryLater; after it nobody
knows, so it is NoAnswer. What the server answers decides by its first digit: 4 later, 5 never.
"""

from __future__ import annotations

import base64
import re
import smtplib
import socket
import ssl
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Literal

from connectors import AddressRefused, connect, hide
from engine.core.errors import GiveUp, NoAnswer, RetryLater
from engine.core.text import text

Security = Literal["starttls", "ssl", "none"]


class _Guarded(smtplib.SMTP):
    """smtplib's client over a socket that was opened under the guard of all connectors."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        timeout: float,
        allowed: Collection[str],
        tls: ssl.SSLContext | None,
        name: str,
    ) -> None:
        self._allowed, self._tls = allowed, tls
        super().__init__(host, port, local_hostname=name, timeout=timeout)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        line = connect(host, port, timeout, self._allowed)
        try:
            return self._tls.wrap_socket(line, server_hostname=host) if self._tls else line
        except BaseException:
            line.close()
            raise


@contextmanager
def conversation(
    host: str,
    port: int,
    security: Security,
    *,
    username: str,
    password: str,
    name: str,
    timeout: float,
    allowed: Collection[str],
    authority: str,
) -> Iterator[smtplib.SMTP]:
    """A server that has accepted our login; `authority` is a PEM certificate of an own CA.

    Raises RetryLater or GiveUp; nothing has been sent then.
    """
    secrets = _forms(username, password)
    client: _Guarded | None = None
    try:
        tls = _context(authority) if security != "none" else None
        client = _Guarded(
            host,
            port,
            timeout=timeout,
            allowed=allowed,
            tls=tls if security == "ssl" else None,
            name=name,
        )
        client.ehlo_or_helo_if_needed()
        if security == "starttls":
            client.starttls(context=tls)
            client.ehlo_or_helo_if_needed()
        if username:
            client.login(username, password)
        yield client
    except AddressRefused:
        zh = f"{host} 是内网地址。如确需访问，请管理员把它加入允许列表（JIMU_ALLOW_PRIVATE）。"
        en = f"{host} is a private address; an administrator can allow it (JIMU_ALLOW_PRIVATE)."
        raise GiveUp(text(zh, en), code="private_address") from None
    except smtplib.SMTPNotSupportedError:
        zh, en = f"{host} 不支持所选的加密或登录方式", f"{host} lacks this encryption or login"
        raise GiveUp(text(zh, en), code="unsupported") from None
    except smtplib.SMTPResponseException as fault:
        login = isinstance(fault, smtplib.SMTPAuthenticationError)
        raise refusal(
            host, fault.smtp_code, fault.smtp_error, "unauthorized" if login else "refused", secrets
        ) from None
    except (smtplib.SMTPException, OSError, ValueError) as fault:
        why = hide(str(fault), secrets)[:200]
        raise RetryLater(text(f"连不上 {host}：{why}", f"Cannot talk to {host}: {why}")) from None
    finally:
        if client is not None:
            # Whatever happens to the farewell, the mail's fate is decided already.
            with suppress(smtplib.SMTPException, OSError, ValueError):
                client.quit()
            client.close()


def hand_over(client: smtplib.SMTP, host: str, sender: str, to: str, mail: bytes) -> str:
    """Sends one mail to one person and returns the server's words of acceptance.

    1. MAIL, RCPT, DATA: refused now means nothing was sent.
    2. The mail and its final dot: from here on a silent server is NoAnswer.
    """
    _expect(client.mail(sender), host, "refused", 250)
    _expect(client.rcpt(to), host, "bad_recipient", 250, 251)
    _expect(client.docmd("DATA"), host, "refused", 354)
    stuffed = re.sub(rb"(?m)^\.", b"..", mail)
    try:
        client.send(stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        code, said = client.getreply()
    except (smtplib.SMTPException, OSError, ValueError):
        code, said = -1, b""
    if not 400 <= code < 600 and code != 250:
        raise NoAnswer(
            text(
                f"邮件已交给 {host}，但没有收到确认",
                f"The mail was handed to {host}, but no confirmation came",
            )
        )
    _expect((code, said), host, "refused", 250)
    return _words(said)


def refusal(
    host: str, code: int, said: bytes | str, kind: str, secrets: Sequence[str] = ()
) -> GiveUp | RetryLater:
    """What a server's refusal means: 5yz never, everything else later."""
    words = hide(_words(said), secrets)
    message = text(f"{host} 返回 {code}：{words}", f"{host} answered {code}: {words}")
    return GiveUp(message, code=kind) if 500 <= code < 600 else RetryLater(message)


def _expect(reply: tuple[int, Any], host: str, kind: str, *codes: int) -> None:
    if reply[0] not in codes:
        raise refusal(host, reply[0], reply[1], kind)


def _words(said: bytes | str) -> str:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(re.sub(r"[\x00-\x1f\x7f]", " ", words).split())[:200]


def _context(authority: str) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cadata=authority or None)
    except (ssl.SSLError, ValueError):
        zh, en = "自有证书内容无法读取", "the own certificate authority cannot be read"
        raise GiveUp(text(zh, en), code="unsupported") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _forms(username: str, password: str) -> list[str]:
    """The password as it may come back in a server's words."""
    if not password:
        return []
    plain = f"\0{username}\0{password}".encode()
    return [password, *(base64.b64encode(one).decode() for one in (password.encode(), plain))]
