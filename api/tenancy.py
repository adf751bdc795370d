"""Which tenant a public address means, where nobody has signed in.

With one tenant a key alone is enough; with several it is qualified: `<tenant>.<key>`.
"""

from __future__ import annotations

from api.context import known_caller, world
from engine.core.errors import NotFound
from engine.core.text import text
from engine.store import flows as flow_store


def tenant_of(key: str) -> tuple[str, str]:
    """(tenant, key) of a key in an address; NotFound where nobody can tell whose it is."""
    tenant, rest, _ = place_of(key)
    return tenant, rest


def place_of(key: str) -> tuple[str, str, int]:
    """The same with the tenant's generation: what was read of it before holds while it stands."""
    named, dot, rest = key.partition(".")
    with world().db.looking() as conn:
        tenants = flow_store.generations(conn)
    if dot and named in tenants:
        return named, rest, tenants[named]
    if not dot:
        who = known_caller()
        if who is not None:
            return who.tenant, key, tenants[who.tenant]
        if len(tenants) == 1:
            ((only, generation),) = tenants.items()
            return only, key, generation
    raise NotFound(text("没有这个地址", "there is nothing at this address"))
