"""Products (商品) as people keep them: what they cost, where they belong, what platforms call them.

An order's line finds its product by the merchant code (the SKU) first, else by the id that the
platform and its shop use. What finds none waits to be looked at (to_map.py). A product that was
sold is archived, never deleted: it is no longer offered, and its codes still find it, for orders
and refunds that come late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
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
from engine.store import rate_cards as card_store
from engine.store.db import Connection, dump_json

PLAIN = ("sku", "name", "category", "currency", "consumed_in_days", "attributes")


class InUse(Conflict):
    """Something still refers to it."""

    code = "in_use"


@dataclass(frozen=True, slots=True)
class Product:
    """A product with its names on platforms; `cost` is in major units of `currency`.

    ids   (platform, shop, id there); the shop "" means every shop of the platform
    archived_at   since when it is no longer offered
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
    archived_at: datetime | None

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
        return demand_product(conn, who.tenant, id_)


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
        before = demand_product(conn, who.tenant, id_)
        if revision is not None and revision != before.revision:
            raise Stale(_STALE)
        other = store.find_by_sku(conn, who.tenant, found["sku"])
        if other is not None and other.id != id_:
            raise _taken("/sku", found["sku"])
        store.update_product(conn, who.tenant, id_, found)
        _set_names(conn, who.tenant, id_, values)
        after = demand_product(conn, who.tenant, id_)
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
        return demand_product(conn, tenant, id_)


def list_products(
    world: World,
    tenant: str,
    *,
    q: str | None = None,
    category: str | None = None,
    archived: bool | None = False,
    after: str = "",
    limit: int = 100,
) -> list[Product]:
    """By SKU, after the SKU `after`; `q` is a part of SKU or name, `category` has all below it;
    `archived` None: those too.
    """
    with world.db.reading() as conn:
        rows = store.list_products(
            conn, tenant, q=q, category=category, archived=archived, after=after, limit=limit
        )
        names = store.names_of(conn, tenant, [row.id for row in rows])
        return [_product(row, names[row.id]) for row in rows]


def archive_product(world: World, who: Principal, id_: str) -> Product:
    """No longer offered; again changes nothing."""
    return _put_away(world, who, id_, archived=True)


def restore_product(world: World, who: Principal, id_: str) -> Product:
    """Offered again."""
    return _put_away(world, who, id_, archived=False)


def delete_product(world: World, who: Principal, id_: str) -> None:
    """Takes away a product that nothing refers to, such as one entered by mistake.

    InUse names what does: lines that were sold as it ("/orders"), a rate card's draft or one of its
    versions ("/rate_cards/<key>").
    """
    now = world.now()
    with world.db.begin() as conn:
        row = store.lock_product(conn, who.tenant, id_)
        if row is None:
            raise _missing(id_)
        problems = [_used(f"/rate_cards/{key}") for key in _cards_with(conn, who.tenant, id_)]
        if store.has_lines(conn, who.tenant, id_):
            problems.append(_used("/orders"))
        if problems:
            raise InUse(_USED, problems)
        store.delete_product(conn, who.tenant, id_)
        who.note(conn, now, "products.edit", f"product:{id_}", {"deleted": row.sku})


def _put_away(world: World, who: Principal, id_: str, *, archived: bool) -> Product:
    now = world.now()
    with world.db.begin() as conn:
        row = store.lock_product(conn, who.tenant, id_)
        if row is None:
            raise _missing(id_)
        if (row.archived_at is not None) is not archived:
            values = {"archived_at": now if archived else None}
            store.update_product(conn, who.tenant, id_, values)
            who.note(conn, now, "products.edit", f"product:{id_}", {"archived": archived})
        return demand_product(conn, who.tenant, id_)


def _cards_with(conn: Connection, tenant: str, id_: str) -> list[str]:
    """Keys of the cards of which a draft or a version names the product anywhere."""
    return [
        card.key
        for card in card_store.list_cards(conn, tenant)
        if id_ in dump_json(card.draft)
        or any(
            id_ in dump_json(version.document)
            for version in card_store.list_versions(conn, tenant, card.id)
        )
    ]


def _used(path: str) -> Problem:
    return Problem(path, _USED, "in_use")


def demand_product(conn: Connection, tenant: str, id_: str) -> Product:
    """NotFound when there is none."""
    row = store.find_product(conn, tenant, id_)
    if row is None:
        raise _missing(id_)
    return _product(row, store.names_of(conn, tenant, [id_])[id_])


def _product(row: Any, names: list[store.Name]) -> Product:
    plain = {name: getattr(row, name) for name in PLAIN}
    cost = None if row.cost is None else as_figures(row.cost)
    return Product(id=row.id, cost=cost, ids=tuple(names), archived_at=row.archived_at, **plain)


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


_USED: Text = text(
    "该商品仍被引用，不能删除；请改为归档",
    "something still refers to this product: archive it instead",
)
_STALE: Text = text(
    "内容已被他人修改，请重新读取后再改",
    "somebody has changed it meanwhile: read it again first",
)
