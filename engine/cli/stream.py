"""The demo's stream: what a brand's customers do, invented, in the shapes real systems send.

Forty people order on Douyin (pushes name only a number, as the platform's do; the stand-in knows
the rest), in the brand's own mini-program (CloudEvents) and through the ERP (signed webhook); they
ask for refunds, write on WeCom, look at pages and leave carts.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from engine.cli.brand import SHOP_ID
from engine.cli.brand_settlement import PROMOTER
from engine.cli.happening import Happening, Person

_SURNAMES = "林苏何唐白秦沈顾温陆叶程许夏宋江方余孟杜"
_GIVEN = ("晚秋", "知夏", "晓棠", "若溪", "清禾", "予安", "书言", "南乔")
_GOODS = (
    ("QH-EYE-15", "青禾紧致眼霜 15g", "眼霜", 31400),
    ("QH-MASK-10", "青禾补水面膜 10 片", "面膜", 16450),
    ("QH-SERUM-30", "青禾修护精华 30ml", "精华", 46800),
    ("QH-WASH-120", "青禾氨基酸洁面 120g", "洁面", 8900),
    ("QH-SUN-50", "青禾清透防晒 50g", "防晒", 12800),
)
_QUESTIONS = (
    "请问我的快递到哪里了？",
    "眼霜和精华可以一起用吗？",
    "今天下单什么时候能发货？",
    "我想改一下收货地址",
    "敏感肌可以用这款面膜吗？",
)
_REASONS = ("商品破损", "不想要了", "尺寸规格拍错", "效果与描述不符")


@dataclass
class Stream:
    """An endless source of happenings; the same seed tells the same story."""

    seed: int
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _random: random.Random = field(init=False)
    _number: int = 0
    _known: set[int] = field(default_factory=set)
    _orders: list[tuple[Person, dict[str, Any]]] = field(default_factory=list)
    _waiting: list[Happening] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        # One sequence of numbers per start, so that a second demo repeats no event of the first.
        self._start = f"{int(self.clock().timestamp()):x}{self.seed % 4096:03x}"
        self._people = [
            Person(index + 1, surname + given)
            for index, (surname, given) in enumerate(
                (surname, given) for given in _GIVEN[:2] for surname in _SURNAMES
            )
        ]

    def next(self) -> Happening:
        """The next happening. Who was never seen is first told as a new contact."""
        if self._waiting:
            return self._waiting.pop(0)
        person = self._random.choice(self._people)
        made = self._choose()(person)
        if person.number not in self._known:
            self._known.add(person.number)
            self._waiting += made
            return self._contact(person)
        self._waiting += made[1:]
        return made[0]

    def _choose(self) -> Callable[[Person], list[Happening]]:
        kinds: tuple[tuple[Callable[[Person], list[Happening]], int], ...] = (
            (self._douyin_order, 26),
            (self._own_order, 20),
            (self._erp_order, 10),
            (self._refund, 10),
            (self._message, 12),
            (self._visits, 9),
            (self._cart, 9),
            (self._test_drive, 4),
        )
        return self._random.choices([one for one, _ in kinds], [often for _, often in kinds])[0]

    # -- what customers do -------------------------------------------------------------------------

    def _contact(self, person: Person) -> Happening:
        record = {
            "name": person.name,
            "source": "扫描门店二维码",
            "owner_user": "zhoumin",
            "identities": person.identities(),
        }
        return self._event("customer.added", "wecom/demo", {"customer": record}, person.wecom)

    def _douyin_order(self, person: Person) -> list[Happening]:
        number = self._numbers("69")
        lines, cents = self._lines()
        at = int(self.clock().timestamp())
        discount = self._random.choice((0, 0, 2000, 5000))
        paid = max(cents - discount, 100)
        parts = [
            {
                "order_id": self._numbers("69"),
                "sku_id": int(self._numbers("17")),
                "out_sku_id": sku,
                "product_name": name,
                "item_num": quantity,
                "origin_amount": price,
                "sum_amount": price * quantity,
                "pay_amount": price * quantity * paid // cents,
                "theme_type_desc": self._random.choice(("直播间", "短视频", "商品橱窗")),
                "c_biz_desc": self._random.choice(("精选联盟", "自营")),
            }
            for sku, name, _, price, quantity in lines
        ]
        raw = {
            "order_id": number,
            "shop_id": SHOP_ID,
            "shop_name": "青禾旗舰店",
            "main_status": 2,
            "main_status_desc": "待发货",
            "order_status": 2,
            "order_amount": cents,
            "pay_amount": paid,
            "post_amount": 0,
            "promotion_amount": discount,
            "promotion_shop_amount": discount,
            "shop_cost_amount": discount,
            "pay_type": 8 if paid > 60000 else 1,
            "create_time": at - 40,
            "pay_time": at,
            "update_time": at,
            "doudian_open_id": person.douyin,
            "sku_order_list": parts,
        }
        data = {
            "p_id": int(number),
            "s_ids": [int(line["order_id"]) for line in parts],
            "shop_id": int(SHOP_ID),
            "pay_time": at,
            "pay_amount": paid,
            "order_status": 2,
        }
        self._keep(person, {"platform": "douyin", "number": number, "cents": paid, "raw": raw})
        return [Happening("douyin", "order.paid", self._push(101, data), order=raw)]

    def _own_order(self, person: Person) -> list[Happening]:
        order = self._order(person, "own", "青禾小程序商城", "wecom_external_userid")
        if person.number % 3 == 0:
            order["promoter"] = dict(PROMOTER)
        return [self._event("order.paid", "shop.qinghe.example", {"order": order})]

    def _erp_order(self, person: Person) -> list[Happening]:
        order = self._order(person, "tmall", "青禾天猫旗舰店", "member_id")
        happening = self._event("order.paid", "erp.qinghe.example", {"order": order})
        return [Happening("erp", "order.paid", happening.body)]

    def _refund(self, person: Person) -> list[Happening]:
        if not self._orders:
            return self._own_order(person)
        buyer, order = self._random.choice(self._orders)
        cents = max(order["cents"] // self._random.choice((1, 1, 2, 3)), 100)
        if order["platform"] == "douyin":
            return [self._douyin_refund(order, cents)]
        now = self._now()
        refund = {
            "platform": order["platform"],
            "shop": order["shop"],
            "external_id": self._numbers("71"),
            "order_id": order["number"],
            "kind": self._random.choice(("return", "refund_only")),
            "status": "requested",
            "amount": _yuan(cents),
            "reason": self._random.choice(_REASONS),
            "requested_at": now,
            "identities": buyer.identities("wecom_external_userid"),
        }
        return [self._event("refund.requested", "shop.qinghe.example", {"refund": refund})]

    def _douyin_refund(self, order: Mapping[str, Any], cents: int) -> Happening:
        number, at = self._numbers("14"), int(self.clock().timestamp())
        line = order["raw"]["sku_order_list"][0]
        case = {
            "aftersale_info": {
                "aftersale_id": number,
                "aftersale_type": 0,
                "aftersale_status": 6,
                "refund_status": 1,
                "refund_amount": cents,
                "refund_post_amount": 0,
                "apply_time": at,
                "create_time": at,
                "update_time": at,
            },
            "order_info": {
                "shop_order_id": order["number"],
                "related_order_info": [
                    {
                        "sku_order_id": line["order_id"],
                        "product_name": line["product_name"],
                        "item_num": 1,
                        "aftersale_item_num": 1,
                        "aftersale_pay_amount": cents,
                    }
                ],
            },
            "text_part": {"reason_text": self._random.choice(_REASONS)},
        }
        data = {
            "p_id": int(order["number"]),
            "s_id": int(line["order_id"]),
            "aftersale_id": int(number),
            "aftersale_type": 0,
            "shop_id": int(SHOP_ID),
            "apply_time": at,
            "refund_amount": cents,
        }
        return Happening("douyin", "refund.requested", self._push(200, data), case=case)

    def _message(self, person: Person) -> list[Happening]:
        asked = self._said(person, "in", self._random.choice(_QUESTIONS))
        if self._random.random() < 0.6:
            return [asked, self._said(person, "out", "您好，马上为您查询。")]
        return [asked]

    def _visits(self, person: Person) -> list[Happening]:
        """Three days in a row, so that a coupon is due."""
        sku, name, category, _ = self._random.choice(_GOODS)
        found = []
        for days in (2, 1, 0):
            at = (self.clock() - timedelta(days=days)).isoformat()
            page = {
                "url": f"https://shop.qinghe.example/p/{sku}",
                "title": name,
                "shop": "青禾小程序商城",
                "product_id": sku,
                "category": category,
                "viewed_at": at,
                "identities": person.identities("wecom_external_userid"),
            }
            found.append(self._event("page.viewed", "shop.qinghe.example", {"page": page}, at=at))
        return found

    def _cart(self, person: Person) -> list[Happening]:
        lines, cents = self._lines()
        number, now = f"cart_{self._numbers('')}", self._now()
        cart = {
            "platform": "own",
            "shop": "青禾小程序商城",
            "external_id": number,
            "amount": _yuan(cents),
            "updated_at": now,
            "abandoned_at": now,
            "url": f"https://shop.qinghe.example/cart/{number}",
            "lines": _canonical(lines),
            "identities": person.identities("wecom_external_userid"),
        }
        found = [self._event("cart.abandoned", "shop.qinghe.example", {"cart": cart})]
        return found + (self._own_order(person) if self._random.random() < 0.3 else [])

    def _test_drive(self, person: Person) -> list[Happening]:
        drive = {
            "model": "青岚 L7",
            "store": "杭州滨江店",
            "consultant": "luyao",
            "driven_at": self._now(),
            "identities": person.identities("wecom_external_userid"),
        }
        return [self._event("testdrive.done", "dealer.qinglan.example", {"testdrive": drive})]

    # -- parts -------------------------------------------------------------------------------------

    def _said(self, person: Person, direction: str, words: str) -> Happening:
        message = {
            "platform": "wecom",
            "external_id": f"msg_{self._numbers('')}",
            "channel": "企业微信",
            "direction": direction,
            "kind": "text",
            "text": words,
            "sent_at": self._now(),
            "conversation": f"conv_{person.number}",
            "agent": "heqing",
            "identities": person.identities("wecom_external_userid"),
        }
        return self._event("message.received", "wecom/demo", {"message": message})

    def _order(self, person: Person, platform: str, shop: str, kind: str) -> dict[str, Any]:
        lines, cents = self._lines()
        number, now = self._numbers("88"), self._now()
        self._keep(person, {"platform": platform, "number": number, "cents": cents, "shop": shop})
        return {
            "platform": platform,
            "shop": shop,
            "external_id": number,
            "status": "paid",
            "amount": _yuan(cents),
            "created_at": now,
            "paid_at": now,
            "channel": self._random.choice(("自然搜索", "朋友圈广告", "导购分享")),
            "identities": person.identities(kind),
            "lines": _canonical(lines),
        }

    def _lines(self) -> tuple[list[tuple[str, str, str, int, int]], int]:
        chosen = self._random.sample(_GOODS, self._random.choice((1, 1, 2, 3)))
        lines = [(*one, self._random.choice((1, 1, 1, 2, 3))) for one in chosen]
        return lines, sum(price * quantity for _, _, _, price, quantity in lines)

    def _keep(self, person: Person, order: dict[str, Any]) -> None:
        self._orders.append((person, order))
        del self._orders[:-200]

    def _push(self, tag: int, data: Mapping[str, Any]) -> dict[str, Any]:
        return {"tag": str(tag), "msg_id": self._numbers("72"), "data": dict(data)}

    def _event(
        self,
        type_: str,
        source: str,
        data: dict[str, Any],
        subject: str = "",
        at: str | None = None,
    ) -> Happening:
        record = next(iter(data.values()))
        body = {
            "specversion": "1.0",
            "id": f"{self._start}-{self._count()}",
            "source": source,
            "type": type_,
            "time": at or self._now(),
            "subject": subject or str(record.get("external_id", "")),
            "data": data,
        }
        return Happening("events", type_, body)

    def _count(self) -> int:
        self._number += 1
        return self._number

    def _numbers(self, head: str) -> str:
        """A number as platforms give them: 17 digits that never come again."""
        ms = int(self.clock().timestamp() * 1000)
        return f"{head}{ms % 10**11:011d}{self._count() % 10000:04d}"

    def _now(self) -> str:
        return self.clock().isoformat()


def _yuan(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def _canonical(lines: list[tuple[str, str, str, int, int]]) -> list[dict[str, Any]]:
    return [
        {
            "id": str(index + 1),
            "sku": sku,
            "name": name,
            "category": category,
            "quantity": quantity,
            "price": _yuan(price),
            "amount": _yuan(price * quantity),
        }
        for index, (sku, name, category, price, quantity) in enumerate(lines)
    ]
