"""OneID, first version: whose event this is, from the handles it brings.

`identify` decides by rule and never by likeness; README.md states the rule in words. It changes
nothing: the runtime stores what it says, and merges are made by people.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from engine.core.text import Text, text
from engine.customers.phone import is_mobile, normalise_phone


class Identity(NamedTuple):
    """One handle, normalised: ("phone", "+8613900001234")."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of identity. The lower `rank`, the surer it is one person; weak kinds have 100 up.

    `is_single`: a person has only one, so another value means another person.
    """

    label: Text
    rank: int
    is_single: bool = False


KINDS: dict[str, Kind] = {
    "id_card": Kind(text("身份证号", "ID card"), 0, is_single=True),
    "unionid": Kind(text("微信 UnionID", "WeChat UnionID"), 1, is_single=True),
    "member_id": Kind(text("会员卡号", "member number"), 2),
    "phone": Kind(text("手机号", "phone"), 3),
    "wecom_external_userid": Kind(text("企业微信客户", "WeCom contact"), 10),
    "wechat_openid": Kind(text("公众号/小程序 OpenID", "WeChat OpenID"), 11),
    "alipay_user_id": Kind(text("支付宝用户", "Alipay user"), 12),
    "taobao_buyer": Kind(text("淘宝买家", "Taobao buyer"), 20),
    "jd_buyer": Kind(text("京东买家", "JD buyer"), 21),
    "pdd_buyer": Kind(text("拼多多买家", "Pinduoduo buyer"), 22),
    "douyin_open_id": Kind(text("抖音用户", "Douyin user"), 23),
    "kuaishou_open_id": Kind(text("快手用户", "Kuaishou user"), 24),
    "xiaohongshu_open_id": Kind(text("小红书用户", "Xiaohongshu user"), 25),
    "wxchannels_openid": Kind(text("视频号买家", "WeChat Channels buyer"), 26),
    "youzan_open_id": Kind(text("有赞用户", "Youzan user"), 27),
    "shopify_customer": Kind(text("Shopify 客户", "Shopify customer"), 28),
    "email": Kind(text("邮箱", "e-mail"), 40),
    "receiver_phone": Kind(text("收货电话", "receiver's phone"), 100),
    "device": Kind(text("设备", "device"), 101),
    "cookie": Kind(text("浏览器", "browser"), 102),
    "nick": Kind(text("昵称", "nickname"), 103),
    "address": Kind(text("收货地址", "address"), 104),
}
# What platforms call people who have not told a name: nobody's nickname.
_NO_NICKS = frozenset({"微信用户", "匿名用户", "匿名", "游客", "用户"})
_OTHER = 50  # a tenant's own kind: an account somewhere, so strong, after all known ones
_WEAK = 100


@dataclass(frozen=True, slots=True)
class Found:
    """The event is this customer's; `add` are identities not yet theirs."""

    customer: str
    add: tuple[Identity, ...]


@dataclass(frozen=True, slots=True)
class New:
    """Nobody known. `candidates` share a weak identity and may be the same person."""

    identities: tuple[Identity, ...]
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MergeCandidates:
    """Several customers seem to be one person; a person decides.

    `customer` gets the event meanwhile (None: make a new one), with the identities in `add`.
    `because` are the identities that say so.
    """

    customers: tuple[str, ...]
    customer: str | None
    add: tuple[Identity, ...]
    because: tuple[Identity, ...]


def normalise(kind: str, value: str) -> str:
    """A value in the one way it is stored and looked up; "" when it names nobody.

    phone: E.164. email: lower case. id_card: upper case, check digit verified. Masked values
    (138****1234) are nobody's. Others: trimmed, invisible marks taken out.
    """
    if not isinstance(value, str):  # data of a type nobody described may hold anything
        return ""
    if kind in ("phone", "receiver_phone"):
        return normalise_phone(value)
    shown = value
    if not value.isprintable():
        shown = "".join(one for one in value if unicodedata.category(one) not in ("Cc", "Cf"))
    shown = shown.strip()
    if not shown or len(shown) > 200 or "**" in shown:
        return ""
    if kind == "email":
        return _email(shown)
    if kind == "nick" and shown in _NO_NICKS:
        return ""
    if kind == "id_card":
        shown = unicodedata.normalize("NFKC", shown).replace(" ", "").upper()
        return shown if is_id_card(shown) else ""
    return shown


def normalise_all(identities: Iterable[Mapping[str, str]]) -> tuple[Identity, ...]:
    """[{kind, value}] normalised, without repetition and without what names nobody."""
    found: dict[Identity, None] = {}
    for one in identities:
        value = normalise(one["kind"], one["value"])
        if value:
            found[Identity(one["kind"], value)] = None
    return tuple(found)


def is_strong(identity: Identity) -> bool:
    """Whether it names one person; a landline is a household's or an office's."""
    if identity.kind == "phone" and not is_mobile(identity.value):
        return False
    return _rank(identity) < _WEAK


def follow_alias(customer: str, aliases: Mapping[str, str]) -> str:
    """Who a customer is today, after merges; a circle of aliases ends where it began."""
    seen = {customer}
    while (into := aliases.get(customer)) is not None and into not in seen:
        seen.add(into)
        customer = into
    return customer


def identify(
    identities: Iterable[Identity],
    known: Mapping[Identity, str],
    held: Mapping[str, Collection[Identity]] | None = None,
    aliases: Mapping[str, str] | None = None,
) -> Found | New | MergeCandidates:
    """Whose event it is.

    `identities` are normalised, `known` says whose each is (those looked up are enough), `held`
    what those customers hold in all, `aliases` what merged ids became. The answer does not depend
    on the order of `identities`.
    """
    brought = tuple(sorted(set(identities), key=lambda one: (_rank(one), one)))
    held, aliases = held or {}, aliases or {}
    owners = {one: follow_alias(known[one], aliases) for one in brought if one in known}
    strong = {one: owner for one, owner in owners.items() if is_strong(one)}
    if strong:
        return _by_strong(brought, strong, owners, held)
    people = tuple(dict.fromkeys(owners.values()))
    if len(people) == 1:
        # Somebody only seen on a device so far, or seen there again without logging in.
        is_open = not any(is_strong(one) for one in held.get(people[0], ()))
        if is_open or not any(is_strong(one) for one in brought):
            return Found(people[0], tuple(one for one in brought if one not in owners))
    return New(brought, people)


def _by_strong(
    brought: tuple[Identity, ...],
    strong: Mapping[Identity, str],
    owners: Mapping[Identity, str],
    held: Mapping[str, Collection[Identity]],
) -> Found | MergeCandidates:
    people = tuple(dict.fromkeys(strong.values()))  # the owner of the surest identity first
    first = people[0]
    other = tuple(one for one in brought if one not in owners)
    against = tuple(one for one in other if _contradicts(one, held.get(first, ())))
    if against:
        # What is theirs stays theirs; the rest belongs to whoever this is.
        return MergeCandidates(people, None, other, against)
    if len(people) > 1:
        return MergeCandidates(people, first, other, tuple(strong))
    # A weak identity of somebody else moves nobody.
    return Found(first, other)


def _contradicts(one: Identity, theirs: Collection[Identity]) -> bool:
    kind = KINDS.get(one.kind)
    if kind is None or not kind.is_single:
        return False
    return any(held.kind == one.kind and held.value != one.value for held in theirs)


def _rank(identity: Identity) -> int:
    kind = KINDS.get(identity.kind)
    return kind.rank if kind is not None else _OTHER


def _email(value: str) -> str:
    shown = unicodedata.normalize("NFKC", value).lower()
    name, at, domain = shown.rpartition("@")
    is_whole = bool(name) and at == "@" and "." in domain.strip(".") and " " not in shown
    return shown if is_whole and "*" not in shown and "@" not in name else ""


_ID_CARD = re.compile(
    r"[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def is_id_card(value: str) -> bool:
    """Whether it is an 18-digit identity number: region, birthday, check digit (GB 11643-1999)."""
    if not _ID_CARD.fullmatch(value):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(value, _ID_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == value[17].upper()
