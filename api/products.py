"""Products (商品): SKU, category, cost, how long one lasts, and what platforms call it.

What orders brought that is no product yet is a list of its own: api/unmapped_products.py.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from flask import Response
from pydantic import Field, StringConstraints

from api import etags
from api.answers import answer, page
from api.context import caller, tenant, world
from api.pagination import Page, PageQuery, split, start
from api.resource import Model, Resource, Shown
from api.settlement_shapes import Currency
from engine.core.text import text
from engine.runtime.settling import products

resource = Resource("products", text("商品", "Products: SKU, category, cost, names on platforms"))

PRODUCT_ID = r"^prd_[0-9A-Z]{26}$"
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Sku = Annotated[Word, Field(examples=["QH-EYE-15"], description="商家编码, the brand's own")]
Category = Annotated[Word, Field(examples=["护肤/眼霜"], description="A path, parts by /")]


class ProductPath(Model):
    """Which product."""

    product_id: str = Field(pattern=PRODUCT_ID)


class ProductsQuery(PageQuery):
    """Which products."""

    q: str | None = Field(None, min_length=1, max_length=80, description="A part of SKU or name")
    category: Category | None = Field(None, description="This one and all below it")
    state: Literal["active", "archived", "all"] = Field("active", description="Those in use")


class PlatformId(Model):
    """What a product is called on a platform."""

    platform: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["douyin"])
    shop: Word | None = Field(None, description="null: in every shop of the platform")
    external_id: Word = Field(examples=["3500010001"])


class ProductBody(Model):
    """What a product says of itself. It is set as a whole."""

    sku: Sku
    name: Word = Field(examples=["青禾紧致眼霜 15g"])
    category: Category | None = None
    cost: str | None = Field(
        None, pattern=r"^[0-9]{1,13}(\.[0-9]{1,4})?$", examples=["46.50"], description="Of one"
    )
    currency: Currency | None = Field(None, description="Of the cost; goes with it")
    consumed_in_days: int | None = Field(
        None, ge=1, le=3650, examples=[45], description="How long one lasts"
    )
    attributes: dict[str, Any] = Field(default_factory=dict, max_length=100)
    ids: list[PlatformId] = Field(default_factory=list, max_length=200)


class PlatformIdShown(Shown):
    """What a product is called on a platform."""

    platform: str
    shop: str | None = Field(description="null: in every shop of the platform")
    external_id: str


class ProductShown(Shown):
    """A product."""

    id: str
    sku: str
    name: str
    category: str | None
    cost: str | None = Field(description="Of one, in major units of the currency")
    currency: str | None
    consumed_in_days: int | None
    attributes: dict[str, Any]
    ids: list[PlatformIdShown] = Field(description="By these an order's line finds it")
    archived_at: datetime | None = Field(description="null while it is in use")
    revision: int = Field(description="For If-Match")


def show(one: products.Product) -> ProductShown:
    names = ProductShown.model_fields.keys() - {"ids"}
    ids = [
        PlatformIdShown(platform=platform, shop=shop or None, external_id=external_id)
        for platform, shop, external_id in one.ids
    ]
    return ProductShown(ids=ids, **{name: getattr(one, name) for name in names})


def shown(one: products.Product, status: int = 200) -> Response:
    """A product with the ETag of its content."""
    location = f"/api/v1/products/{one.id}" if status == 201 else None
    return answer(show(one), status, etag=etags.tag(one.revision), location=location)


def values_of(body: ProductBody) -> dict[str, Any]:
    ids = [(one.platform, one.shop or "", one.external_id) for one in body.ids]
    return {**body.model_dump(exclude={"ids"}), "ids": ids}


@resource.get("/products", act="products.read", answers={200: Page[ProductShown]})
def list_products(query: ProductsQuery) -> Response:
    """Products, by SKU."""
    (after,) = start(query, str) or ("",)
    rows = products.list_products(
        world(),
        tenant(),
        q=query.q,
        category=query.category,
        archived={"active": False, "archived": True, "all": None}[query.state],
        after=after,
        limit=query.limit + 1,
    )
    kept, following = split(rows, query.limit, lambda row: [row.sku])
    return page(kept, show, following)


@resource.post("/products", act="products.edit", answers={201: ProductShown}, etag=True)
def create_product(body: ProductBody) -> Response:
    """A new product; 409 for a SKU or a platform's id that another product has."""
    return shown(products.create_product(world(), caller(), values_of(body)), 201)


@resource.get("/products/<product_id>", act="products.read", answers={200: ProductShown}, etag=True)
def read_product(path: ProductPath) -> Response:
    """One product."""
    return shown(products.read_product(world(), tenant(), path.product_id))


@resource.put(
    "/products/<product_id>",
    act="products.edit",
    answers={200: ProductShown},
    if_match=True,
    etag=True,
)
def update_product(path: ProductPath, body: ProductBody) -> Response:
    """Changes a product; lines that were booked before keep the cost they were priced with."""
    wanted = etags.expected()
    found = products.change_product(world(), caller(), path.product_id, wanted, values_of(body))
    return shown(found)


@resource.post(
    "/products/<product_id>/archive", act="products.edit", answers={200: ProductShown}, etag=True
)
def archive_product(path: ProductPath) -> Response:
    """Takes a product out of use: it is no longer offered; its codes still find it."""
    return shown(products.archive_product(world(), caller(), path.product_id))


@resource.post(
    "/products/<product_id>/restore", act="products.edit", answers={200: ProductShown}, etag=True
)
def restore_product(path: ProductPath) -> Response:
    """Takes an archived product into use again."""
    return shown(products.restore_product(world(), caller(), path.product_id))


@resource.delete("/products/<product_id>", act="products.edit", answers={204: None})
def delete_product(path: ProductPath) -> Response:
    """Deletes a product that nothing refers to; 409 `in_use` names what does: then archive it."""
    products.delete_product(world(), caller(), path.product_id)
    return answer(status=204)
