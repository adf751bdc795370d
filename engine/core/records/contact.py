"""The customer, and what passes between a brand and a customer outside of orders."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from engine.core.records.order import Bearer
from engine.core.records.record import (
    PLATFORMS,
    Amount,
    Count,
    Currency,
    Day,
    Flag,
    Identities,
    Link,
    Moment,
    Name,
    Number,
    Own,
    Record,
    Ref,
    Slug,
    Words,
    named,
)
from engine.core.text import text

Tag = Annotated[str, Field(min_length=1, max_length=64)]
Tags = Annotated[list[Tag], Field(max_length=500)]

DIRECTIONS = {"in": text("客户发来", "from the customer"), "out": text("我方发出", "from us")}
COUPON_STATUS = {
    "issued": text("已发放", "issued"),
    "redeemed": text("已核销", "redeemed"),
    "expired": text("已过期", "expired"),
    "void": text("已作废", "void"),
}


class Customer(Record):
    """A person. `identities` are all handles known to whoever tells the event."""

    id: Ref | None = named("客户编号", "id", None)
    name: Name | None = named("客户姓名", "name", None)
    nick: Name | None = named("昵称", "nickname", None)
    phone: Name | None = named("手机号", "phone", None)
    email: Name | None = named("邮箱", "e-mail", None)
    gender: Literal["male", "female", "unknown"] | None = named(
        "性别",
        "gender",
        None,
        options={
            "male": text("男", "male"),
            "female": text("女", "female"),
            "unknown": text("未知", "unknown"),
        },
    )
    birthday: Day | None = named("生日", "birthday", None)
    province: Name | None = named("省", "province", None)
    city: Name | None = named("市", "city", None)
    level: Name | None = named("会员等级", "member level", None)
    points: Count | None = named("积分", "points", None)
    tags: Tags | None = named("客户标签", "tags", None)
    owner_user: Ref | None = named("归属导购/客服", "owner", None)
    source: Name | None = named("来源", "source", None)
    consent: dict[str, bool] | None = named("渠道授权", "consent by channel", None)
    created_at: Moment | None = named("成为客户时间", "customer since", None)
    updated_at: Moment | None = named("更新时间", "updated at", None)
    identities: Identities | None = named("客户身份", "identities", None)
    fields: Own | None = named("自定义字段", "own fields", None)


class FieldChange(Record):
    """One field of a record before and after."""

    field: Name = named("字段", "field")
    old: Any = named("原值", "old value", None)
    new: Any = named("新值", "new value", None)


class Message(Record):
    """One message in either direction, on whatever channel."""

    platform: Slug = named("平台", "platform", options=PLATFORMS)
    shop: Ref | None = named("店铺", "shop", None)
    external_id: Ref | None = named("消息编号", "message id", None)
    channel: Name | None = named("渠道", "channel", None)
    direction: Literal["in", "out"] = named("方向", "direction", "in", options=DIRECTIONS)
    kind: Literal[
        "text", "image", "voice", "video", "file", "link", "card", "location", "event", "other"
    ] = named("消息类型", "kind", "text")
    text: Words | None = named("消息内容", "text", None)
    media_url: Link | None = named("附件链接", "attachment", None)
    sent_at: Moment = named("发送时间", "sent at")
    conversation: Ref | None = named("会话编号", "conversation", None)
    group_chat: Ref | None = named("群编号", "group chat", None)
    agent: Name | None = named("接待客服", "agent", None)
    order_id: Ref | None = named("平台订单号", "order number", None)
    identities: Identities | None = named("客户身份", "customer identities", None)
    fields: Own | None = named("自定义字段", "own fields", None)


class Coupon(Record):
    """One coupon of one customer."""

    platform: Slug = named("平台", "platform", options=PLATFORMS)
    shop: Ref | None = named("店铺", "shop", None)
    external_id: Ref = named("券码", "coupon code")
    batch: Ref | None = named("优惠券批次", "batch", None)
    name: Name | None = named("券名称", "name", None)
    kind: Literal["amount", "percent", "gift", "freight", "other"] = named(
        "券类型",
        "kind",
        "amount",
        options={
            "amount": text("满减券", "money off"),
            "percent": text("折扣券", "percent off"),
            "gift": text("兑换券", "gift"),
            "freight": text("运费券", "freight"),
            "other": text("其他", "other"),
        },
    )
    status: Literal["issued", "redeemed", "expired", "void"] = named(
        "券状态", "status", options=COUPON_STATUS
    )
    currency: Currency = named("币种", "currency", "CNY")
    amount: Amount | None = named("券面额", "amount off", None)
    percent: Number | None = named("优惠百分比", "percent off", None)
    threshold_amount: Amount | None = named("使用门槛", "from an order of", None)
    bearer: Bearer | None = named("承担方", "borne by", None)
    issued_at: Moment | None = named("发放时间", "issued at", None)
    expires_at: Moment | None = named("到期时间", "expires at", None)
    redeemed_at: Moment | None = named("核销时间", "redeemed at", None)
    order_id: Ref | None = named("平台订单号", "order number", None)
    identities: Identities | None = named("客户身份", "customer identities", None)
    fields: Own | None = named("自定义字段", "own fields", None)


class PageView(Record):
    """A page somebody looked at."""

    url: Link = named("页面链接", "page")
    title: Name | None = named("页面标题", "title", None)
    shop: Ref | None = named("店铺", "shop", None)
    product_id: Name | None = named("商品编号", "product id", None)
    category: Name | None = named("商品类目", "category", None)
    referrer: Link | None = named("来源页面", "referrer", None)
    channel: Name | None = named("渠道", "channel", None)
    campaign: Name | None = named("活动", "campaign", None)
    session: Ref | None = named("访问会话", "session", None)
    seconds: Number | None = named("停留秒数", "seconds on the page", None)
    viewed_at: Moment = named("浏览时间", "viewed at")
    identities: Identities | None = named("客户身份", "customer identities", None)
    fields: Own | None = named("自定义字段", "own fields", None)


class LinkClick(Record):
    """A tracked short link somebody opened."""

    url: Link = named("目标链接", "target")
    code: Name | None = named("短链编码", "short code", None)
    channel: Name | None = named("渠道", "channel", None)
    campaign: Name | None = named("活动", "campaign", None)
    clicked_at: Moment = named("点击时间", "clicked at")
    identities: Identities | None = named("客户身份", "customer identities", None)
    fields: Own | None = named("自定义字段", "own fields", None)


class QrScan(Record):
    """A QR code somebody scanned (渠道活码, 门店码, 导购码)."""

    code: Ref = named("二维码编号", "QR code")
    name: Name | None = named("二维码名称", "name", None)
    channel: Name | None = named("渠道", "channel", None)
    campaign: Name | None = named("活动", "campaign", None)
    owner_user: Ref | None = named("所属导购/客服", "belongs to", None)
    store: Name | None = named("门店", "store", None)
    is_first: Flag | None = named("是否首次扫码", "is the first scan", None)
    scanned_at: Moment = named("扫码时间", "scanned at")
    identities: Identities | None = named("客户身份", "customer identities", None)
    fields: Own | None = named("自定义字段", "own fields", None)


class Review(Record):
    """A review of a product or an order."""

    platform: Slug = named("平台", "platform", options=PLATFORMS)
    shop: Ref | None = named("店铺", "shop", None)
    external_id: Ref | None = named("评价编号", "review id", None)
    order_id: Ref | None = named("平台订单号", "order number", None)
    product_id: Name | None = named("商品编号", "product id", None)
    sku: Name | None = named("SKU", "SKU", None)
    score: Annotated[Number, Field(le=5)] | None = named("评分（1-5 星）", "stars (1-5)", None)
    text: Words | None = named("评价内容", "text", None)
    images: Annotated[list[Link], Field(max_length=50)] | None = named("晒图", "pictures", None)
    posted_at: Moment = named("评价时间", "posted at")
    identities: Identities | None = named("客户身份", "customer identities", None)
    fields: Own | None = named("自定义字段", "own fields", None)


class Interaction(Record):
    """Something a person did on a social platform: watched a live, commented, followed, 签到."""

    platform: Slug = named("平台", "platform", options=PLATFORMS)
    account: Name | None = named("账号", "our account", None)
    content_id: Name | None = named("直播间/内容编号", "live room or content", None)
    content_title: Name | None = named("直播/内容标题", "title", None)
    text: Words | None = named("互动内容", "text", None)
    seconds: Number | None = named("观看秒数", "seconds watched", None)
    count: Count | None = named("次数", "times", None)
    happened_at: Moment = named("互动时间", "happened at")
    identities: Identities | None = named("客户身份", "customer identities", None)
    fields: Own | None = named("自定义字段", "own fields", None)
