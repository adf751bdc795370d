"""What is filled in for a mail server, and for one mail."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, SecretStr, model_validator

from connectors.smtp.message import one_line, plain_address
from engine.core.connector import WHERE_SECRETS_GO, Credentials, Settings
from engine.core.fields import Form, field
from engine.core.text import text as words  # a mail has a field called `text`
from engine.core.wording import Wrong

OneLine = Annotated[str, AfterValidator(one_line)]
MailAddress = Annotated[str, AfterValidator(plain_address)]
MaybeAddress = Annotated[str, AfterValidator(lambda value: plain_address(value) if value else "")]


class SmtpCredentials(Credentials):
    username: OneLine = field(words("用户名", "User name"), default="", max_length=200)
    password: SecretStr = field(
        words("密码或授权码", "Password or app password"), widget="secret", default=SecretStr("")
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if bool(self.username) != bool(self.password.get_secret_value()):
            raise Wrong("用户名和密码应同时填写", "user name and password belong together")
        return self


class SmtpSettings(Settings):
    host: str = field(
        words("服务器", "Server"),
        help=words("如 smtp.exmail.qq.com。", "Such as smtp.exmail.qq.com."),
        pattern=r"^[A-Za-z0-9.:_-]+$",
        max_length=253,
        extra={**WHERE_SECRETS_GO},
    )
    security: Literal["starttls", "ssl", "none"] = field(
        words("加密方式", "Encryption"),
        widget="select",
        default="ssl",
        options={
            "ssl": words("SSL（端口 465）", "SSL (port 465)"),
            "starttls": words("STARTTLS（端口 587）", "STARTTLS (port 587)"),
            "none": words("不加密（端口 25）", "None (port 25)"),
        },
        extra={**WHERE_SECRETS_GO},
    )
    port: int = field(
        words("端口", "Port"),
        help=words("填 0 使用该加密方式的常用端口。", "0: the usual one of the encryption."),
        widget="number",
        default=0,
        ge=0,
        le=65535,
        extra={**WHERE_SECRETS_GO},
    )
    sender: MailAddress = field(words("发件地址", "Sender's address"), max_length=300)
    sender_name: OneLine = field(words("发件人名称", "Sender's name"), default="", max_length=100)
    reply_to: MaybeAddress = field(words("回复地址", "Reply address"), default="", max_length=300)
    subject: OneLine = field(
        words("默认主题", "Default subject"),
        help=words("步骤没有填写主题时使用。", "Used where a step gives none."),
        default="",
        max_length=200,
    )
    authority: str = field(
        words("自有证书颁发机构（PEM）", "Own certificate authority (PEM)"),
        help=words("服务器使用企业自签证书时填写。", "For a server with a private certificate."),
        widget="multiline",
        default="",
        max_length=20_000,
        extra={**WHERE_SECRETS_GO},
    )


class SendMessage(Form):
    to: MailAddress = field(words("收件地址", "To"), widget="template", max_length=300)
    subject: OneLine = field(
        words("主题", "Subject"), widget="template", default="", max_length=500
    )
    text: str = field(words("正文", "Text"), widget="template", min_length=1, max_length=200_000)
    html: str = field(
        words("网页正文", "HTML"),
        help=words(
            "填写后与正文一起发出，由收件方选择显示哪一个。",
            "Goes out beside the text; the reader's program chooses.",
        ),
        widget="template",
        default="",
        max_length=500_000,
    )
    reply_to: MaybeAddress = field(
        words("回复地址", "Reply address"), widget="template", default="", max_length=300
    )
