"""Mail by any SMTP server, as a channel of the send-message node."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from smtplib import SMTP
from typing import Any

from connectors import HTTP_ERRORS
from connectors.smtp.conversation import conversation, hand_over
from connectors.smtp.forms import SendMessage, SmtpCredentials, SmtpSettings
from connectors.smtp.message import compose, one_line
from engine.core.connector import Action, Call, ConnectorType, Limits, Link, Sample
from engine.core.errors import GiveUp
from engine.core.text import Text, text

LIMITS = Limits(rate=5, concurrent=2, timeout=timedelta(seconds=20))
_PORTS = {"starttls": 587, "ssl": 465, "none": 25}


def send_message(link: Link, call: Call) -> dict[str, Any]:
    """Hands one mail to the server. Servers know no keys: a repetition would be a second mail."""
    args: SendMessage = call.args
    settings: SmtpSettings = link.settings
    subject = args.subject or settings.subject or args.text.strip().partition("\n")[0].strip()
    try:
        mail, message_id = compose(
            sender=settings.sender,
            sender_name=settings.sender_name,
            to=args.to,
            subject=one_line(subject[:500]),
            body=args.text,
            html=args.html,
            reply_to=args.reply_to or settings.reply_to,
            key=call.key,
            at=link.now(),
        )
    except (ValueError, LookupError):
        raise GiveUp(ERRORS["invalid"], code="invalid") from None
    with _server(link) as client:
        said = hand_over(client, settings.host, settings.sender, args.to, mail)
    return {"message_id": message_id, "server": said}


def test(link: Link) -> Text:
    """Connects, encrypts and logs in; sends nothing."""
    with _server(link) as client:
        client.noop()
    settings: SmtpSettings = link.settings
    return text(f"{settings.host} 已接受登录。", f"{settings.host} accepted the login.")


@contextmanager
def _server(link: Link) -> Iterator[SMTP]:
    settings: SmtpSettings = link.settings
    credentials: SmtpCredentials = link.credentials
    if settings.security == "none" and credentials.username:
        raise GiveUp(ERRORS["insecure"], code="insecure")
    with conversation(
        settings.host,
        settings.port or _PORTS[settings.security],
        settings.security,
        username=credentials.username,
        password=credentials.password.get_secret_value(),
        name=settings.sender.rpartition("@")[2],
        timeout=LIMITS.timeout.total_seconds(),
        allowed=link.allowed_private_hosts,
        authority=settings.authority,
    ) as client:
        yield client


ERRORS: dict[str, Text] = {
    **{
        code: HTTP_ERRORS[code]
        for code in ("invalid", "unauthorized", "private_address", "no_answer")
    },
    "bad_recipient": text("收件地址不存在或被拒收", "the recipient is unknown or refused"),
    "refused": text("服务器拒绝了邮件", "the server refused the mail"),
    "unsupported": text(
        "服务器不支持所选的加密或登录方式", "the server lacks this encryption or login"
    ),
    "insecure": text("不加密时不能发送密码", "a password is never sent without encryption"),
}

CONNECTOR = ConnectorType(
    label=text("邮件", "E-mail"),
    summary=text("通过 SMTP 服务器发送邮件", "Sends mail by an SMTP server"),
    credentials=SmtpCredentials,
    settings=SmtpSettings,
    test=test,
    limits=LIMITS,
    group="message",
    reaches="email",
    actions=(
        Action(
            key="send_message",
            label=text("发送邮件", "Send a mail"),
            summary=text("给一个人发送一封邮件", "Sends one mail to one person"),
            effect_class="message",
            input=SendMessage,
            output={
                "type": "object",
                "properties": {"message_id": {"type": "string"}, "server": {"type": "string"}},
                "required": ["message_id", "server"],
            },
            run=send_message,
            subject_from="to",
            errors=ERRORS,
            samples={
                "ok": Sample(
                    text("已被服务器接收", "Accepted"),
                    output={"message_id": "<eff_1_a@brand.example>", "server": "OK queued"},
                ),
                "error": Sample(
                    text("收件地址不存在", "No such recipient"),
                    error="bad_recipient",
                    message=text(
                        "smtp.brand.example 返回 550:mailbox unavailable",
                        "smtp.brand.example answered 550: mailbox unavailable",
                    ),
                ),
            },
        ),
    ),
)
