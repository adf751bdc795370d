"""What the handler of an internal effect has at hand, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from datetime import datetime
from typing import Any

from engine.core.event import Event
from engine.core.ids import derived_id
from engine.core.node import Answer
from engine.customers.profile import Changed
from engine.runtime.batch import Batch
from engine.runtime.in_hand import Customer, Need, RunInHand
from engine.runtime.rows import as_json, chain_of

Applied = Generator[list[Need], list[Any], Answer]


class Desk:
    """One effect on its owner, within the batch of that owner's lane."""

    __slots__ = ("_chain", "at", "batch", "key", "owner", "run", "tenant")

    def __init__(
        self,
        batch: Batch,
        tenant: str,
        owner: str,
        key: str,
        at: datetime,
        run: RunInHand | None,
        chain: list[str] | None = None,
    ) -> None:
        self.batch, self.tenant, self.owner, self.key = batch, tenant, owner, key
        self.at, self.run, self._chain = at, run, chain

    @property
    def chain(self) -> list[str]:
        """The causes of what this effect causes; read of the run when something is caused."""
        if self._chain is None:
            self._chain = chain_of(self.run) if self.run else []
        return self._chain

    def customer(self) -> Generator[list[Need], list[Any], Customer | None]:
        id_ = self.owner.removeprefix("customer:")
        if id_ not in self.batch.customers and self.owner.startswith("customer:"):
            yield [Need("load_customer", self.tenant, (id_, False))]
        return self.batch.customers.get(id_)

    def keep(self, customer: Customer, changed: Changed) -> bool:
        """Puts a change into the record and the history; False when it was so already.

        The record is a new dict: what earlier steps were shown does not change under them.
        """
        if not changed.history:
            return False
        customer.record = dict(changed.record)
        customer.is_changed = True
        self.batch.history.extend(
            {
                "tenant": self.tenant,
                "customer_id": customer.id,
                "field": line.field,
                "old": as_json(line.old),
                "new": as_json(line.new),
                "at": line.at,
                "by": line.by,
            }
            for line in changed.history
        )
        return True

    def publish(self, type_: str, data: Mapping[str, Any], part: str = "") -> bool:
        """An event of our own, if anybody listens to its type."""
        if not self.batch.world.memory.tenant(self.tenant).hears(type_):
            return False
        # The name is derived: asked twice, it is the same event.
        name = derived_id("evt", self.run.id if self.run else self.key, self.key, type_, part)
        event = Event(
            id=name, source="/jimu", type=type_, time=self.at, data=data, chain=tuple(self.chain)
        )
        self.batch.tell(self.tenant, event, self.owner)
        return True


Handler = Callable[[Desk, Mapping[str, Any]], Applied]
