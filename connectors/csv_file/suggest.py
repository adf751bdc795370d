"""A mapping suggested from the column names of a file, as platforms' exports commonly have them.

Platforms rename columns now and then, so this is only where a person begins; what is unknown is
left out. Names are compared without width, case, blanks and what stands in brackets.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from connectors.csv_file.mapping import Column, OrderMapping
from engine.core.errors import InvalidInput
from engine.core.text import text

# By field; the first name of a file that is in the list is taken.
_NAMES: dict[str, str] = {
    "external_id": (
        "主订单编号 订单编号 订单号 平台订单号 原始单号 交易号 orderid ordernumber orderno "
        "ordersn order"
    ),
    "status": "订单状态 交易状态 状态 orderstatus status financialstatus",
    "amount": (
        "订单应付金额 买家实际支付金额 订单实付金额 实付金额 实收金额 支付金额 商家实收金额 "
        "应付货款 total totalprice amountpaid paidamount amount ordertotal paymentvalue"
    ),
    "goods_amount": "总金额 商品总价 商品总额 商品金额合计 subtotal goodsamount",
    "discount_amount": "优惠总金额 店铺优惠合计 优惠金额 discountamount discount",
    "freight_amount": "运费 邮费 买家应付邮费 shipping shippingfee freight freightvalue",
    "refunded_amount": "退款金额 已退款金额 refundedamount",
    "created_at": (
        "订单提交时间 订单创建时间 下单时间 创建时间 拍下时间 订单成交时间 createdat orderdate "
        "orderedat createtime orderpurchasetimestamp"
    ),
    "paid_at": (
        "支付完成时间 订单付款时间 买家付款时间 付款时间 支付时间 paidat paytime orderapprovedat"
    ),
    "shipped_at": "发货时间 订单发货时间 fulfilledat shippedat orderdeliveredcarrierdate",
    "delivered_at": "签收时间 收货时间 deliveredat orderdeliveredcustomerdate",
    "completed_at": "订单完成时间 交易成功时间 确认收货时间 完成时间 completedat",
    "closed_at": "订单关闭时间 关闭时间 取消时间 cancelledat closedat",
    "close_reason": "订单关闭原因 取消原因 关闭原因 cancelreason",
    "shop": "店铺名称 归属店铺 店铺 shop shopname store vendor",
    "currency": "币种 货币 currency",
    "payment_method": "支付方式 付款方式 paymentmethod paymenttype",
    "channel": "流量来源 渠道 订单来源 下单渠道 channel source",
    "content_id": "直播间id liveroomid",
    "store": "门店 所属门店 下单网点 location",
    "buyer_nick": "买家会员名 买家昵称 用户昵称 nickname buyernick",
    "buyer_note": "买家留言 买家备注 notes buyernote",
    "seller_note": "商家备注 订单备注 卖家备注 sellernote",
    "receiver.name": "收件人 收货人 收货人姓名 收货人/提货人 shippingname receiver",
    "receiver.phone": (
        "收件人手机号 收货人手机号 联系手机 手机号 手机 收货人手机号/提货人手机号 phone mobile "
        "shippingphone"
    ),
    "receiver.province": "省 省份 收货人省份 shippingprovince",
    "receiver.city": "市 城市 收货人城市 shippingcity",
    "receiver.district": "区 区县 收货人地区",
    "receiver.address": "详细地址 收货地址 详细收货地址 shippingaddress1",
    "identity.phone": (
        "收件人手机号 收货人手机号 联系手机 手机号 手机 收货人手机号/提货人手机号 phone mobile "
        "shippingphone"
    ),
    "identity.email": "邮箱 买家邮箱 email",
    "identity.taobao_nick": "买家会员名",
    "identity.member_id": "会员号 会员编号 会员id memberid customeruniqueid customerid",
    "promoter.id": "达人id 推广员id 分销员id 带货达人id promoterid",
    "promoter.name": "达人昵称 推广员 分销员 带货达人 promoter",
    "line.id": "子订单编号 子订单号 orderitemid lineid",
    "line.sku": "规格编码 sku编码 skuid sku lineitemsku",
    "line.outer_id": "商家编码 外部系统编号 货号 outerid",
    "line.product_id": "商品id 商品编码 商品编号 宝贝id productid",
    "line.name": "选购商品 商品名称 宝贝标题 标题 商品 商品标题 lineitemname productname",
    "line.category": "商品类目 类目 商品分类 category productcategoryname",
    "line.spec": "商品规格 规格 规格名称 商品属性 颜色分类 variant",
    "line.quantity": "商品数量 购买数量 数量 宝贝总数量 lineitemquantity quantity qty",
    "line.price": "商品单价 单价 价格 lineitemprice unitprice price",
    "line.amount": "商品实付金额 商品金额 子订单实付金额 lineamount",
    "line.refunded_amount": "商品已退款金额",
    "adjustment.platform_coupon": "平台优惠 平台优惠券",
    "adjustment.shop_coupon": "商家优惠 店铺优惠",
    "adjustment.creator_coupon": "达人优惠",
    "adjustment.gift_money": "红包抵扣",
    "adjustment.points": "积分抵扣",
    "fee.platform_commission": "平台服务费 技术服务费 卖家服务费",
    "fee.payment_fee": "手续费 支付手续费",
}
# Names only one platform's export has. Where one row is one 子订单, its amounts are summed.
_PLATFORMS: tuple[tuple[str, str, bool], ...] = (
    ("主订单编号", "douyin", True),
    ("买家会员名", "taobao", False),
    ("收货人/提货人", "youzan", False),
    ("lineitemname", "shopify", False),
)
_PER_ROW = ("freightvalue",)  # written for each row whatever the platform


def suggest_columns(names: Sequence[str]) -> tuple[Column, ...]:
    """The columns that are recognised, in the order of the fields; () when none is."""
    known: dict[str, str] = {}
    for name in names:
        known.setdefault(_plain(name), name)
    if "lineitemname" in known and "name" in known:  # Shopify calls the order number so
        known.setdefault("ordernumber", known["name"])
    sums = any(mark in known and per_row for mark, _, per_row in _PLATFORMS)
    found = []
    for to, listed in _NAMES.items():
        mark = next((mark for mark in listed.split() if mark in known), None)
        if mark is None:
            continue
        is_money = to.endswith("_amount") or to == "amount" or to.startswith(("adjustment", "fee"))
        per_row = (sums or mark in _PER_ROW) and is_money and not to.startswith("line.")
        found.append(Column(to=to, column=known[mark], join="sum" if per_row else "first"))
    return tuple(found)


def suggest_mapping(names: Sequence[str]) -> OrderMapping:
    """A whole mapping; InvalidInput when no column looks like an order number."""
    columns = suggest_columns(names)
    if not any(column.to == "external_id" for column in columns):
        raise InvalidInput(
            text(
                "没有找到订单编号列，请手动选择", "No column looks like an order number: choose it"
            )
        )
    known = {_plain(name) for name in names}
    platform = next((name for mark, name, _ in _PLATFORMS if mark in known), "own")
    return OrderMapping(columns=columns, platform=platform)


def _plain(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).lower()
    plain = re.sub(r"\([^)]*\)|\[[^\]]*\]", "", plain)  # 金额(元), phone [masked]
    return re.sub(r"[\s_\-.:*]+", "", plain)
