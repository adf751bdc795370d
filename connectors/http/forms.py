"""What is filled in for a request: the connection's settings and the steps' inputs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator

from engine.core.connector import WHERE_SECRETS_GO, Settings
from engine.core.fields import Form, field
from engine.core.text import text
from engine.core.wording import Wrong

# What HTTP itself or this connector sets; a step that sets them could split a request or lie.
_OURS = {
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "upgrade",
    "te",
    "trailer",
    "idempotency-key",
    "accept-encoding",
}


class HttpSettings(Settings):
    base_url: str = field(
        text("基础地址", "Base address"),
        help=text(
            "如 https://erp.example.com/api。步骤里的相对路径接在它后面，凭证只发往这个地址。",
            "Such as https://erp.example.com/api. Relative paths of steps are put behind it, and "
            "credentials go to this address only.",
        ),
        default="",
        pattern=r"^(https?://[^\s/?#@]+(/[^\s?#]*)?)?$",
        max_length=500,
        extra={**WHERE_SECRETS_GO},
    )
    test_path: str = field(
        text("测试路径", "Test path"),
        help=text("点“测试连接”时读取的路径。", "What the test button reads."),
        default="",
        max_length=500,
    )


def _scalar(value: Any) -> Any:
    """What a reference in a template gives, as it is written in an address or a header."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, int | float) else value


def _scalars(values: Any) -> Any:
    if not isinstance(values, Mapping):
        return values
    return {
        name: [_scalar(one) for one in value] if isinstance(value, list | tuple) else _scalar(value)
        for name, value in values.items()
    }


def _check_headers(headers: dict[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}", name):
            raise Wrong(f"“{name[:100]}”不能作请求头名称", f'"{name[:100]}" is not a header name')
        if name.lower() in _OURS:
            raise Wrong(
                f"请求头 {name} 由平台对接填写", f"the header {name} is set by the connector"
            )
        if not re.fullmatch(r"[\x20-\x7e\t]*", value):
            raise Wrong(
                f"请求头 {name} 含有不能使用的字符",
                f"the header {name} holds characters a header cannot carry",
            )
    return headers


class Get(Form):
    url: str = field(
        text("地址", "Address"),
        help=text(
            "完整网址，或接在基础地址后面的路径。", "A full address, or a path behind the base."
        ),
        widget="template",
        min_length=1,
        max_length=4000,
    )
    query: Annotated[dict[str, str | list[str] | None], BeforeValidator(_scalars)] = field(
        text("查询参数", "Query"), widget="mapping", default_factory=dict
    )
    headers: Annotated[
        dict[str, str], BeforeValidator(_scalars), AfterValidator(_check_headers)
    ] = field(text("请求头", "Headers"), widget="mapping", default_factory=dict)
    expected: str = field(
        text("视为成功的状态码", "Statuses that count as success"),
        help=text("如 200-299,404。", "Such as 200-299,404."),
        default="200-299",
        pattern=r"^\d{3}(-\d{3})?(\s*,\s*\d{3}(-\d{3})?)*$",
        max_length=100,
    )


class Post(Get):
    body: Any = field(text("内容", "Body"), widget="json", default=None)
    body_kind: Literal["json", "form", "text"] = field(
        text("内容格式", "Body format"),
        widget="select",
        default="json",
        options={
            "json": text("JSON 数据", "JSON"),
            "form": text("表单", "Form"),
            "text": text("文本", "Text"),
        },
    )


class AnyRequest(Post):
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] = field(
        text("方法", "Method"),
        widget="select",
        default="PUT",
        options={
            "GET": text("GET 读取", "GET"),
            "HEAD": text("HEAD 只看请求头", "HEAD"),
            "POST": text("POST 新建", "POST"),
            "PUT": text("PUT 覆盖", "PUT"),
            "PATCH": text("PATCH 修改", "PATCH"),
            "DELETE": text("DELETE 删除", "DELETE"),
        },
    )
