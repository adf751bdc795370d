"""What is filled in for a Douyin shop, and for each of its actions."""

from __future__ import annotations

from pydantic import SecretStr

from engine.core.connector import WHERE_SECRETS_GO, Credentials, Settings
from engine.core.fields import Form, field
from engine.core.text import text

API = "https://openapi-fxg.jinritemai.com"
_NUMBER = r"^[0-9]{1,32}$"


class DouyinCredentials(Credentials):
    app_key: str = field(
        text("应用 AppKey", "App key"),
        help=text(
            "抖店开放平台“控制台 - 应用详情”里的 App Key，自用型应用。",
            "The App Key of a self-use app, shown in the open platform's console.",
        ),
        pattern=_NUMBER,
    )
    app_secret: SecretStr = field(
        text("应用密钥", "App secret"), widget="secret", min_length=1, max_length=200
    )
    shop_id: str = field(
        text("店铺 ID", "Shop id"),
        help=text(
            "一个对接只对应一家店铺，多家店铺请分别建立对接。",
            "A connection is one shop; make one connection for each.",
        ),
        pattern=_NUMBER,
    )


class DouyinSettings(Settings):
    enrich: bool = field(
        text("收到推送后立即查询详情", "Look up the details of a push at once"),
        help=text(
            "平台的推送只带单号。开启后马上查询完整订单和售后单；关闭后由定时拉取带入。",
            "A push only names the order. On: the whole order is fetched at once. Off: it comes "
            "with the next pull.",
        ),
        widget="switch",
        default=True,
    )
    history_days: int = field(
        text("首次拉取天数", "Days to fetch at first"),
        help=text(
            "第一次拉取多少天以内有变动的订单，最多 90 天；更早的请用文件导入。",
            "How far back the first pull goes, 90 days at most; import older orders from a file.",
        ),
        widget="number",
        default=7,
        ge=1,
        le=90,
    )
    base_url: str = field(
        text("接口地址", "API address"),
        help=text(
            "一般不用改；联调时可以填平台的沙箱地址。", "Leave as it is, except for a sandbox."
        ),
        default=API,
        pattern=r"^https?://[^\s/?#@]+$",
        max_length=200,
        extra={**WHERE_SECRETS_GO},
    )


class GetOrder(Form):
    order_id: str = field(
        text("平台订单号", "Order number"), widget="template", pattern=r"^[0-9A-Za-z]{1,64}$"
    )


class ListRefunds(GetOrder):
    pass


class AddRemark(GetOrder):
    remark: str = field(
        text("备注内容", "Remark"),
        help=text("会覆盖订单上原有的卖家备注。", "Replaces the seller's remark of the order."),
        widget="template",
        min_length=1,
        max_length=1000,
    )
    star: int | None = field(
        text("插旗颜色", "Flag"),
        help=text(
            "0 灰、1 紫、2 青、3 绿、4 橙、5 红；留空则不插旗。",
            "0 grey, 1 purple, 2 cyan, 3 green, 4 orange, 5 red; empty: no flag.",
        ),
        widget="number",
        default=None,
        ge=0,
        le=5,
    )


class ShippedLine(Form):
    line: str = field(
        text("子订单号", "Line id"), widget="template", pattern=r"^[0-9A-Za-z]{1,64}$"
    )
    quantity: int = field(text("发货数量", "Quantity"), widget="number", default=1, ge=1, le=100000)


class ShipOrder(GetOrder):
    company_code: str = field(
        text("快递公司编码", "Carrier code"),
        help=text(
            "如 shunfeng，可用“查询快递公司”得到。",
            "Such as shunfeng; the action “List carriers” gives them.",
        ),
        widget="template",
        pattern=r"^[A-Za-z0-9_-]{1,64}$",
    )
    tracking_number: str = field(
        text("运单号", "Tracking number"), widget="template", min_length=1, max_length=100
    )
    lines: tuple[ShippedLine, ...] = field(
        text("发哪些子订单", "Lines in the parcel"),
        help=text("留空则发出订单里全部未发货的商品。", "Empty: all that is not shipped yet."),
        widget="list",
        default=(),
        max_length=40,
    )


class ListCarriers(Form):
    pass
