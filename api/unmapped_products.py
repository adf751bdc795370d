"""Goods that orders brought and no product is mapped to: mapped to one, or set aside."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from flask import Response
from pydantic import Field

from api import etags
from api.answers import answer, page
from api.context import caller, tenant, world
from api.pagination import Page, PageQuery, split, start
from api.products import PRODUCT_ID, ProductShown, Word
from api.products import show as show_product
from api.resource import Model, Resource, Shown
from engine.core.text import text
from engine.runtime.settling import to_map

resource = Resource(
    "unmapped-products",
    text(
        "待匹配商品：订单里出现、但还没有对应到商品的货",
        "Products to map: goods of orders that no product is mapped to",
    ),
)


class UnmappedPath(Model):
    """Which goods."""

    unmapped_id: str = Field(pattern=r"^unm_[0-9A-Z]{26}$")


class UnmappedQuery(PageQuery):
    """Which goods."""

    state: Literal["open", "set_aside"] = "open"
    platform: str | None = Field(None, pattern=r"^[a-z][a-z0-9_]{0,39}$")
    shop: Word | None = None
    q: str | None = Field(None, min_length=1, max_length=80, description="A part of code or name")


class Mapping(Model):
    """What the goods are."""

    product_id: str = Field(pattern=PRODUCT_ID)
    every_shop: bool = Field(False, description="In every shop of the platform, not only this one")


class SetAside(Model):
    """Why they are no product of ours."""

    note: Word = Field(examples=["补差价链接"])


class LikelyShown(Shown):
    """A product in use that it may be: of the same name, or of nearly the same code."""

    id: str
    sku: str
    name: str


class UnmappedShown(Shown):
    """Goods of one shop, as the first order brought them."""

    id: str
    platform: str
    shop: str | None
    code: str = Field(description="By this they are mapped: outer_id, else sku, else external_id")
    outer_id: str | None = Field(description="The merchant code")
    sku: str | None
    external_id: str | None = Field(description="The platform's id of the goods")
    name: str
    category: str | None
    order: str = Field(description="Number of the order that brought them")
    seen_at: datetime
    state: Literal["open", "set_aside"]
    note: str | None
    likely: list[LikelyShown] = Field(description="At most three")


def show(one: to_map.Unmapped) -> UnmappedShown:
    other = {"shop", "external_id", "order", "likely"}
    return UnmappedShown(
        **{name: getattr(one, name) for name in UnmappedShown.model_fields.keys() - other},
        shop=one.shop or None,
        external_id=one.product_id,
        order=one.order_number,
        likely=[LikelyShown.model_validate(each) for each in one.likely],
    )


class PastShown(Shown):
    """Lines that a card priced while the goods had no product."""

    card: str
    lines: int
    since: datetime = Field(description="The date of the rate of the first of them")
    until: datetime = Field(description="And of the last")


class MappedShown(ProductShown):
    """The product, and what was priced before anybody knew of it."""

    past: list[PastShown] = Field(
        description="What is booked keeps its price. Where the card asks for goods, price those "
        "months anew: POST /settlement/rate-cards/<card>/recompute, its preview first"
    )


@resource.get("/products/unmapped", act="products.read", answers={200: Page[UnmappedShown]})
def list_unmapped_products(query: UnmappedQuery) -> Response:
    """Goods to map, newest first.

    Goods leave the list by themselves when a product has their code, as its SKU or as one of its
    ids.
    """
    before = start(query, str, str)
    rows = to_map.list_unmapped(
        world(),
        tenant(),
        state=query.state,
        platform=query.platform,
        shop=query.shop,
        q=query.q,
        before=None if before is None else (before[0], before[1]),
        limit=query.limit + 1,
    )
    kept, following = split(rows, query.limit, lambda row: [row.event_id, row.id])
    return page(kept, show, following)


@resource.post(
    "/products/unmapped/<unmapped_id>/map",
    act="products.edit",
    answers={200: MappedShown},
    etag=True,
)
def map_unmapped_product(path: UnmappedPath, body: Mapping) -> Response:
    """Maps goods to a product: orders from now on find it; what was booked keeps its price.

    The answer says how many lines that are, by card.
    """
    found, past = to_map.map_to(
        world(), caller(), path.unmapped_id, body.product_id, every_shop=body.every_shop
    )
    product = show_product(found).model_dump()
    mapped = MappedShown(**product, past=[PastShown.model_validate(one) for one in past])
    return answer(mapped, etag=etags.tag(found.revision))


@resource.post(
    "/products/unmapped/<unmapped_id>/set-aside",
    act="products.edit",
    answers={200: UnmappedShown},
)
def set_unmapped_product_aside(path: UnmappedPath, body: SetAside) -> Response:
    """Says that goods are no product of ours: nobody is asked again."""
    return answer(show(to_map.set_aside(world(), caller(), path.unmapped_id, body.note)))


@resource.post(
    "/products/unmapped/<unmapped_id>/take-up", act="products.edit", answers={200: UnmappedShown}
)
def take_up_unmapped_product(path: UnmappedPath) -> Response:
    """Puts goods that were set aside back into the list."""
    return answer(show(to_map.take_up(world(), caller(), path.unmapped_id)))
