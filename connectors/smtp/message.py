"""A mail as it is sent: safe headers, text and HTML, a Message-ID that comes from the key."""

from __future__ import annotations

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from engine.core.wording import Wrong

# All lines 7-bit, so that any server takes them.
_POLICY = SMTP.clone(cte_type="7bit")
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_HOST = r"(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9-]{1,63}"


def plain_address(written: str) -> str:
    """One address with its domain in ASCII ("li@例子.中国" -> "li@xn--fsqu00a.xn--fiqs8s").

    ValueError for anything else: lists, names around it, line breaks.
    """
    local, at, domain = written.strip().rpartition("@")
    try:
        host = domain.encode("idna").decode("ascii")
    except UnicodeError:
        host = ""
    if not at or len(local) > 64 or not re.fullmatch(_LOCAL, local):
        raise Wrong("不是邮箱地址", "is not an e-mail address")
    if not re.fullmatch(_HOST, host):
        raise Wrong("不是邮箱地址", "is not an e-mail address")
    return f"{local}@{host}"


def one_line(written: str) -> str:
    """The text itself; ValueError where a line break or control character could add a header."""
    if re.search(r"[\x00-\x1f\x7f\x85\u2028\u2029]", written):
        raise Wrong("只能写一行，不含控制字符", "must be one line without control characters")
    return written


def compose(
    *,
    sender: str,
    sender_name: str,
    to: str,
    subject: str,
    body: str,
    html: str,
    reply_to: str,
    key: str,
    at: datetime,
) -> tuple[bytes, str]:
    """The mail's bytes (CRLF, 7-bit) and its Message-ID. Addresses are `plain_address`es.

    The same arguments give the same Message-ID: a mailbox that got the mail twice can tell.
    """
    domain = sender.rpartition("@")[2]
    message_id = f"<{re.sub(r'[^A-Za-z0-9._-]', '-', key)}@{domain}>"
    mail = EmailMessage(policy=_POLICY)
    local, _, host = sender.rpartition("@")
    mail["From"] = Address(one_line(sender_name), local, host)
    mail["To"] = to
    mail["Subject"] = one_line(subject)
    mail["Date"] = at
    mail["Message-ID"] = message_id
    if reply_to:
        mail["Reply-To"] = reply_to
    # So that absence notes are not sent back to a flow.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(body.replace("\x00", ""))
    if html:
        mail.add_alternative(html.replace("\x00", ""), subtype="html")
    return mail.as_bytes(), message_id
