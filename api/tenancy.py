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
    named, dot, rest = key.partition(".")
    with world().db.reading() as conn:
        tenants = [row.id for row in flow_store.list_tenants(conn)]
    if dot and named in tenants:
        return named, rest
    if not dot:
        who = known_caller()
        if who is not None:
            return who.tenant, key
        if len(tenants) == 1:
            return tenants[0], key
    raise NotFound(text("没有这个地址", "there is nothing at this address"))
