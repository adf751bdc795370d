"""Mail against a real server on loopback that speaks SMTP, with TLS, login and scripted faults."""

from __future__ import annotations

import base64
import datetime as dt
import email
import json
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError

from connectors.smtp.connector import CONNECTOR
from connectors.smtp.forms import SendMessage, SmtpCredentials, SmtpSettings
from connectors.smtp.message import plain_address
from engine.core.connector import Call
from engine.core.errors import GiveUp, NoAnswer, RetryLater

RECORDED = json.loads(
    (Path(__file__).parent / "recordings" / "plain_mail.json").read_text(encoding="utf-8")
)
USER, PASSWORD = "service@brand.example", "app-password-1"


class MailServer:
    """Takes mails. `replies` overrides the answer to a word; "drop" closes the line there."""

    def __init__(self, folder: Path) -> None:
        self.replies: dict[str, str] = {}
        self.lines: list[str] = []
        self.mails: list[bytes] = []
        self.logins: list[str] = []
        self.authority, self.tls = certificate(folder)
        self.implicit_tls = False
        mail_server = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                if mail_server.implicit_tls and not self.upgrade():
                    return
                if not self.say("CONNECT", "220 mail.example ESMTP"):
                    return
                while line := self.rfile.readline():
                    said = line.decode().rstrip("\r\n")
                    mail_server.lines.append(said)
                    word = said.partition(" ")[0].upper()
                    if word == "DATA":
                        if not self.data():
                            return
                    elif word == "EHLO":
                        if not self.say(word, "250-mail.example\r\n250-STARTTLS\r\n250 AUTH PLAIN"):
                            return
                    elif word == "STARTTLS":
                        if not self.say(word, "220 go ahead") or not self.upgrade():
                            return
                    elif word == "AUTH":
                        given = base64.b64decode(said.split()[2]).decode()
                        mail_server.logins.append(given)
                        good = given == f"\0{USER}\0{PASSWORD}"
                        if not self.say(word, "235 ok" if good else f"535 no: {said}"):
                            return
                    elif not self.say(word, "221 bye" if word == "QUIT" else "250 ok"):
                        return

            def data(self) -> bool:
                if not self.say("DATA", "354 go"):
                    return False
                if "DATA" in mail_server.replies:
                    return True
                kept = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    mail_server.lines.append(line.decode().rstrip("\r\n"))
                    kept.append(line[1:] if line.startswith(b".") else line)
                mail_server.lines.append(".")
                mail_server.mails.append(b"".join(kept))
                return self.say(".", "250 queued as 42")

            def say(self, word: str, usual: str) -> bool:
                reply = mail_server.replies.get(word, usual)
                if reply == "drop":
                    return False
                self.wfile.write(reply.encode() + b"\r\n")
                return True

            def upgrade(self) -> bool:
                try:
                    self.request = mail_server.tls.wrap_socket(self.request, server_side=True)
                except OSError:
                    return False
                self.setup()
                return True

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                pass  # a client that hangs up is part of the tests

        self.server = Server(("127.0.0.1", 0), Handler)
        # It looks that often whether it is to end: each test waits for that.
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1])

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def mail_server(tmp_path: Path) -> Iterator[MailServer]:
    server = MailServer(tmp_path)
    yield server
    server.close()


@pytest.fixture
def link(mail_server: MailServer, make_link: Any) -> Any:
    """link(security, login=..., **settings) -> Link to the local server."""

    def link(security: str = "none", *, login: bool = False, **more: Any) -> Any:
        credentials = {"username": USER, "password": more.pop("password", PASSWORD)}
        allowed = more.pop("allowed", frozenset({"localhost", "127.0.0.1"}))
        settings = {
            "host": "localhost",
            "port": mail_server.port,
            "security": security,
            "sender": "service@brand.example",
            "authority": "" if security == "none" else mail_server.authority,
            **more,
        }
        return make_link(
            SmtpCredentials.model_validate(credentials if login else {}),
            SmtpSettings.model_validate(settings),
            allowed=allowed,
        )

    return link


def send(link: Any, **args: Any) -> Any:
    action = CONNECTOR.action("send_message")
    assert action is not None
    given = {"to": "xiaoman@buyer.example", "text": "您好", **args}
    return action.run(link, Call(SendMessage.model_validate(given), "eff_1_abc"))


def test_a_recorded_conversation_is_held_word_for_word(link: Any, mail_server: MailServer) -> None:
    made = link(**RECORDED["settings"])
    output = send(made, **RECORDED["args"])
    assert output == {"message_id": "<eff_1_abc@brand.example>", "server": "queued as 42"}
    assert [line for line in mail_server.lines if line] == [
        line for line in RECORDED["client"] if line
    ]


def test_text_and_html_arrive_as_they_were_written(link: Any, mail_server: MailServer) -> None:
    text = "小满您好:\n.点开头的一行\n..两点\n" + "很长" * 600
    send(
        link(reply_to="care@brand.example", subject="默认"),
        text=text,
        html="<p>小满 &amp; 您好</p>",
    )
    mail = email.message_from_bytes(mail_server.mails[0], policy=default)
    assert mail["subject"] == "默认"
    assert mail["reply-to"] == "care@brand.example"
    assert mail["to"] == "xiaoman@buyer.example"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n").rstrip("\n") == text
    assert html.get_content().strip() == "<p>小满 &amp; 您好</p>"
    assert max(map(len, mail_server.mails[0].splitlines())) < 998
    assert mail_server.mails[0].isascii()


def test_a_line_that_is_a_dot_does_not_end_the_mail(link: Any, mail_server: MailServer) -> None:
    text = ".\n..two\n.\nend"
    send(link(), text=text)
    assert {"..", "...two"} <= set(mail_server.lines), "a dot more on the wire"
    assert mail_server.mails[0].endswith(text.replace("\n", "\r\n").encode() + b"\r\n")


def test_without_any_subject_the_first_line_is_one(link: Any, mail_server: MailServer) -> None:
    send(link(), text="  您的券已到账\n请查收")
    mail = email.message_from_bytes(mail_server.mails[0], policy=default)
    assert mail["subject"] == "您的券已到账"


def test_the_same_key_makes_the_same_message_id(link: Any, mail_server: MailServer) -> None:
    assert send(link())["message_id"] == send(link())["message_id"]


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_the_password_goes_out_encrypted_only(
    link: Any, mail_server: MailServer, security: str
) -> None:
    mail_server.implicit_tls = security == "ssl"
    send(link(security, login=True))
    assert mail_server.logins == [f"\0{USER}\0{PASSWORD}"]
    assert len(mail_server.mails) == 1
    if security == "starttls":
        words = [line.partition(" ")[0].upper() for line in mail_server.lines]
        assert words.index("STARTTLS") < words.index("AUTH") < words.index("MAIL")


def test_without_encryption_a_password_is_never_sent(link: Any, mail_server: MailServer) -> None:
    with pytest.raises(GiveUp) as found:
        send(link("none", login=True))
    assert found.value.code == "insecure"
    assert mail_server.lines == []


def test_a_server_without_starttls_gets_no_password(link: Any, mail_server: MailServer) -> None:
    mail_server.replies["EHLO"] = "250-mail.example\r\n250 AUTH PLAIN"
    with pytest.raises(GiveUp) as found:
        send(link("starttls", login=True))
    assert found.value.code == "unsupported"
    assert mail_server.logins == []


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_an_unknown_certificate_gets_nothing(
    link: Any, mail_server: MailServer, security: str
) -> None:
    mail_server.implicit_tls = security == "ssl"
    with pytest.raises(RetryLater, match="localhost"):
        send(link(security, login=True, authority=""))
    assert (mail_server.logins, mail_server.mails) == ([], [])


def test_a_wrong_password_is_said_without_showing_it(link: Any, mail_server: MailServer) -> None:
    with pytest.raises(GiveUp) as found:
        CONNECTOR.test(link("starttls", login=True, password="wrong-password"))
    assert found.value.code == "unauthorized"
    said = repr(found.value) + str(found.value.message)
    echoed = base64.b64encode(f"\0{USER}\0wrong-password".encode()).decode()
    assert "wrong-password" not in said
    assert echoed not in said
    assert "***" in said


def test_the_test_button_logs_in_and_sends_nothing(link: Any, mail_server: MailServer) -> None:
    assert "localhost" in CONNECTOR.test(link("starttls", login=True))["zh"]
    assert (len(mail_server.logins), mail_server.mails) == (1, [])


@pytest.mark.parametrize(
    ("word", "reply", "kind", "code"),
    [
        ("CONNECT", "421 too busy", RetryLater, "retry_later"),
        ("CONNECT", "554 no service", GiveUp, "refused"),
        ("CONNECT", "drop", RetryLater, "retry_later"),
        ("CONNECT", "garbage", RetryLater, "retry_later"),
        ("MAIL", "550 not you", GiveUp, "refused"),
        ("MAIL", "451 later", RetryLater, "retry_later"),
        ("MAIL", "drop", RetryLater, "retry_later"),
        ("RCPT", "550 no such user", GiveUp, "bad_recipient"),
        ("RCPT", "450 greylisted", RetryLater, "retry_later"),
        ("RCPT", "drop", RetryLater, "retry_later"),
        ("DATA", "554 no", GiveUp, "refused"),
        ("DATA", "drop", RetryLater, "retry_later"),
        (".", "552 too big", GiveUp, "refused"),
        (".", "452 no room", RetryLater, "retry_later"),
        (".", "drop", NoAnswer, "no_answer"),
        (".", "garbage", NoAnswer, "no_answer"),
    ],
)
def test_a_fault_means_what_its_place_says(
    link: Any, mail_server: MailServer, word: str, reply: str, kind: type, code: str
) -> None:
    mail_server.replies[word] = reply
    with pytest.raises((GiveUp, RetryLater)) as found:
        send(link())
    assert (type(found.value), found.value.code) == (kind, code)
    assert found.value.__cause__ is None


def test_a_fault_at_the_farewell_changes_nothing(link: Any, mail_server: MailServer) -> None:
    mail_server.replies["QUIT"] = "drop"
    assert send(link())["server"] == "queued as 42"


def test_private_servers_are_refused_unless_allowed(link: Any, mail_server: MailServer) -> None:
    with pytest.raises(GiveUp) as found:
        send(link(allowed=frozenset()))
    assert found.value.code == "private_address"
    assert mail_server.lines == []


def test_nobody_listening_is_tried_again_later(link: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(RetryLater):
        send(link(host="127.0.0.1", port=port))


@pytest.mark.parametrize(
    "args",
    [
        {"to": "a@b.example\r\nBcc: all@b.example"},
        {"to": "a@b.example, c@d.example"},
        {"to": "Li <a@b.example>"},
        {"to": "a@b.example> BODY=8BITMIME"},
        {"to": "a b@c.example"},
        {"to": "@c.example"},
        {"to": "a@"},
        {"to": "a@-b..example"},
        {"to": "小满@c.example"},
        {"to": ""},
        {"subject": "您好\r\nBcc: all@b.example"},
        {"subject": "您好\nBcc: all@b.example"},
        {"subject": "a\u2028b"},
        {"subject": "a\x00b"},
        {"reply_to": "a@b.example\nX: y"},
        {"text": ""},
    ],
)
def test_nothing_filled_in_can_add_a_header_or_a_recipient(args: dict[str, str]) -> None:
    given = {"to": "a@b.example", "text": "您好", **args}
    with pytest.raises(ValidationError):
        SendMessage.model_validate(given)


def test_a_first_line_with_control_characters_is_no_way_in(
    link: Any, mail_server: MailServer
) -> None:
    with pytest.raises(GiveUp) as found:
        send(link(), text="您好\rBcc: all@b.example\n再见")
    assert found.value.code == "invalid"
    assert mail_server.mails == []


def test_a_chinese_domain_goes_out_in_ascii() -> None:
    assert plain_address(" li@例子.中国 ") == "li@xn--fsqu00a.xn--fiqs8s"


def test_name_and_password_belong_together() -> None:
    with pytest.raises(ValidationError):
        SmtpCredentials.model_validate({"username": "a"})


def certificate(folder: Path) -> tuple[str, ssl.SSLContext]:
    """A self-signed certificate for localhost: its PEM, and the server's context."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    authority = made.public_bytes(serialization.Encoding.PEM)
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = folder / "mail.pem"
    pem.write_bytes(authority + key.private_bytes(serialization.Encoding.PEM, *private))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return authority.decode(), context
