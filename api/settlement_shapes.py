"""Shapes that the resources of settlement share: amounts, keys, sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from flask import Response
from pydantic import Field, GetJsonSchemaHandler, RootModel, StringConstraints
from pydantic_core import CoreSchema

from api.answers import page
from api.errors import ProblemItem
from api.pagination import PageQuery, split, start
from api.resource import Shown, Words
from engine.core.errors import Problem
from engine.core.text import Text
from engine.settlement.card import Card
from engine.settlement.money import EXPONENTS

T = TypeVar("T")

# Thirteen digits in front: in the smallest unit of any currency it still is a whole number of 64
# bits, also when a million of them are added up.
AmountText = Annotated[
    str,
    StringConstraints(pattern=r"^-?[0-9]{1,13}(\.[0-9]{1,4})?$"),
    Field(examples=["128.50"], description="Major units as text"),
]
Amount = Annotated[str, Field(examples=["128.50"], description="Major units as text")]
Currency = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(examples=["CNY"], description="ISO 4217")
]
CardKey = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$"), Field(examples=["creators"])
]
PartyId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$"),
    Field(examples=["pty_01KBC3W5A07Y2ZK4T0N9Q5V1WX"]),
]
TermKey = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,129}$"), Field(examples=["commission"])
]
RuleId = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$"), Field(examples=["standard"])
]
PeriodKey = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}[A-Za-z0-9@-]{0,16}$"),
    Field(examples=["2026-11"], description="2026-11, 2026-W46, 2026-11-H1, 2026-Q4"),
]
Why = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=1000),
    Field(examples=["双 11 补贴口径调整"]),
]
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]

EXAMPLE_CARD: dict[str, Any] = {
    "format": "jimu.rate_card/1",
    "key": "creators",
    "name": "达人佣金",
    "currency": "CNY",
    "terms": [{"key": "commission", "name": "达人佣金", "party": {"role": "promoter"}}],
    "rules": [
        {
            "id": "standard",
            "name": "标准佣金",
            "term": "commission",
            "model": {"kind": "percentage", "percent": "10"},
        }
    ],
}


class CardDocument(RootModel[dict[str, Any]]):
    """A rate card, `jimu.rate_card/1`. It is read by the room that prices with it."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {
            "allOf": [handler(Card.__pydantic_core_schema__)],
            "title": "CardDocument",
            "examples": [EXAMPLE_CARD],
        }


class Checked(Shown):
    """What publishing would say."""

    ok: bool = Field(description="Whether it could be published")
    problems: list[ProblemItem]


def words(said: Text | Mapping[str, Any] | str) -> Words:
    """A sentence in both languages."""
    if isinstance(said, str):
        return Words(zh=said, en=said)
    return Words(zh=str(said["zh"]), en=str(said["en"]))


def major(minor: int, currency: str) -> Decimal:
    """Minor units as major units; a currency nobody knows (any more) has two decimals."""
    return Decimal(minor).scaleb(-EXPONENTS.get(currency, 2))


def shown_amount(minor: int, currency: str) -> str:
    """Minor units as text in major units: 12850 -> "128.50"."""
    return format(major(minor, currency), "f")


def shown_problems(problems: Iterable[Problem]) -> list[ProblemItem]:
    return [ProblemItem.model_validate(one.as_json()) for one in problems]


def whole_list(
    rows: Sequence[T],
    query: PageQuery,
    key: Callable[[T], str],
    show: Callable[[T], Any],
    *,
    newest_first: bool = False,
) -> Response:
    """A page of a list that is read as a whole because it is short; sorted by `key`."""
    found = sorted(rows, key=key, reverse=newest_first)
    (after,) = start(query, str) or (None,)
    if after is not None:
        found = [one for one in found if (key(one) < after if newest_first else key(one) > after)]
    kept, following = split(found[: query.limit + 1], query.limit, lambda row: [key(row)])
    return page(kept, show, following)
