"""Products (商品) as people keep them: what they cost, where they belong, what platforms call them.

An order's line finds its product by the merchant code (the SKU) first, else by the id that the
platform and its shop use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.core.errors import Conflict, InvalidInput, NotFound, Problem, Stale
from engine.core.ids import new_id
from engine.core.text import Text, text
from engine.runtime.principal import Principal
from engine.runtime.tenant import fingerprint
from engine.runtime.world import World
from engine.settlement.card import as_figures
from engine.settlement.money import exponent, read_number
from engine.store import flows as flow_store
from engine.store import products as store
from engine.store.db import Connection

PLAIN = ("sku", "name", "category", "currency", "consumed_in_days", "attributes")


@dataclass(frozen=True, slots=True)
class Product:
    """A product with its names on platforms; `cost` is in major units of `currency`.

    ids   (platform, shop, id there); the shop "" means every shop of the platform
    """

    id: str
    sku: str
    name: str
    category: str | None
    cost: str | None
    currency: str | None
    consumed_in_days: int | None
    attributes: Mapping[str, Any]
    ids: tuple[store.Name, ...]

    @property
    def revision(self) -> int:
        """What an edit of this product must name."""
        said = {name: getattr(self, name) for name in (*PLAIN, "cost")}
        return fingerprint({**said, "ids": list(self.ids)})


def create_product(world: World, who: Principal, values: Mapping[str, Any]) -> Product:
    """A new product; Conflict for a SKU or a platform's id that another product has."""
    found, now = _read(values), world.now()
    id_ = new_id("prd", now)
    with world.db.begin() as conn:
        if not store.has_products(conn, who.tenant):
            flow_store.bump(conn, who.tenant)  # workers then begin to look at what is unmapped
        if not store.insert_product(conn, {"id": id_, "tenant": who.tenant, **found}):
            raise _taken("/sku", found["sku"])
        _set_names(conn, who.tenant, id_, values)
        who.note(conn, now, "products.edit", f"product:{id_}", {"created": found["sku"]})
        return _demand(conn, who.tenant, id_)


def change_product(
    world: World, who: Principal, id_: str, revision: int | None, values: Mapping[str, Any]
) -> Product:
    """Sets everything anew. Stale when it is not as it was read (`revision`; None: whatever it is).

    Lines that were booked before keep the cost they were priced with.
    """
    found, now = _read(values), world.now()
    with world.db.begin() as conn:
        if store.lock_product(conn, who.tenant, id_) is None:
            raise _missing(id_)
        before = _demand(conn, who.tenant, id_)
        if revision is not None and revision != before.revision:
            raise Stale(_STALE)
        other = store.find_by_sku(conn, who.tenant, found["sku"])
        if other is not None and other.id != id_:
            raise _taken("/sku", found["sku"])
        store.update_product(conn, who.tenant, id_, found)
        _set_names(conn, who.tenant, id_, values)
        after = _demand(conn, who.tenant, id_)
        changed = {
            name: getattr(after, name)
            for name in (*PLAIN, "cost", "ids")
            if getattr(after, name) != getattr(before, name)
        }
        who.note(conn, now, "products.edit", f"product:{id_}", changed)
        return after


def read_product(world: World, tenant: str, id_: str) -> Product:
    """NotFound when there is none."""
    with world.db.reading() as conn:
        return _demand(conn, tenant, id_)


def list_products(
    world: World,
    tenant: str,
    *,
    q: str | None = None,
    category: str | None = None,
    after: str = "",
    limit: int = 100,
) -> list[Product]:
    """By SKU, after the SKU `after`; `q` is a part of SKU or name, `category` has all below it."""
    with world.db.reading() as conn:
        rows = store.list_products(conn, tenant, q=q, category=category, after=after, limit=limit)
        names = store.names_of(conn, tenant, [row.id for row in rows])
        return [_product(row, names[row.id]) for row in rows]


def _demand(conn: Connection, tenant: str, id_: str) -> Product:
    row = store.find_product(conn, tenant, id_)
    if row is None:
        raise _missing(id_)
    return _product(row, store.names_of(conn, tenant, [id_])[id_])


def _product(row: Any, names: list[store.Name]) -> Product:
    plain = {name: getattr(row, name) for name in PLAIN}
    cost = None if row.cost is None else as_figures(row.cost)
    return Product(id=row.id, cost=cost, ids=tuple(names), **plain)


def _read(values: Mapping[str, Any]) -> dict[str, Any]:
    """The row's values; a cost is in a currency there is, and no currency goes without a cost."""
    cost, currency = values.get("cost"), values.get("currency")
    if (cost is None) != (currency is None):
        message = text("成本与币种须一起填写", "cost and currency go together")
        path = "/cost" if cost is None else "/currency"
        raise InvalidInput(message, [Problem(path, message, "missing")])
    amount: Decimal | None = None
    if cost is not None:
        exponent(str(currency), "/currency")
        amount = Decimal(read_number(str(cost), "/cost"))
    return {**{name: values.get(name) for name in PLAIN}, "cost": amount}


def _set_names(conn: Connection, tenant: str, id_: str, values: Mapping[str, Any]) -> None:
    taken = store.set_names(conn, tenant, id_, values.get("ids") or [])
    if taken:
        raise _taken("/ids", "/".join(part for part in taken[0] if part))


def _taken(path: str, name: str) -> Conflict:
    message = text(f"{name} 已属于另一商品", f"{name} is another product's")
    return Conflict(message, [Problem(path, message, "taken")])


def _missing(id_: str) -> NotFound:
    return NotFound(text(f"没有商品 {id_}", f"there is no product {id_}"))


_STALE: Text = text(
    "内容已被他人修改，请重新读取后再改",
    "somebody has changed it meanwhile: read it again first",
)
