"""The flow document `jimu.flow/1`: what the designer saves, import and export carry, versions keep.

A flow is a graph of nodes and edges. An edge leaves a node by a port. A container (loop, for-each)
holds a nested graph in `body`; a repeating reminder holds one in `handlers[port]`. Port ids are
stable; their labels are only for reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.core.errors import InvalidFlow, Problem
from engine.core.text import text
from engine.core.wording import message_of

FORMAT = "jimu.flow/1"
MAX_NODES = 500
MAX_DEPTH = 8

Id = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,63}$")]
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
PortId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_:.-]{0,63}$")]


class Part(BaseModel):
    """Root of the document's parts: unknown members are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Position(Part):
    x: float = 0
    y: float = 0


class Retry(Part):
    """How an effect of this step is tried again: waits of first, first·factor, ... up to max."""

    attempts: int = Field(default=5, ge=1, le=20)
    first: timedelta = timedelta(seconds=5)
    factor: float = Field(default=2.0, ge=1, le=10)
    max: timedelta = timedelta(hours=1)


class Edge(Part):
    id: Id
    from_: Id = Field(alias="from")
    port: PortId = "out"
    to: Id


class Node(Part):
    id: Id
    type: str = Field(pattern=r"^[a-z][a-z0-9_.]{0,95}$")
    version: int = Field(default=1, ge=1)
    name: str = Field(default="", max_length=120)
    note: str = Field(default="", max_length=2000)
    config: dict[str, Any] = Field(default_factory=dict)
    position: Position = Position()
    body: Graph | None = None
    retry: Retry | None = None
    timeout: timedelta | None = None
    handlers: dict[PortId, Graph] = Field(default_factory=dict)


class Graph(Part):
    nodes: tuple[Node, ...] = Field(default=(), max_length=MAX_NODES)
    edges: tuple[Edge, ...] = Field(default=(), max_length=4 * MAX_NODES)


class RunMode(Part):
    """What a second event does while a run with the same key is unfinished.

    `single` ignores it, `restart` cancels the old run, `queued` waits its turn, `parallel` runs up
    to `limit` beside each other (0: no limit). `key` is an expression; "" means the customer (or
    the record where there is none). `reentry` limits runs over time: `once` ever per key,
    `once_per` at most one within `period`, `always`.
    """

    mode: Literal["single", "restart", "queued", "parallel"] = "parallel"
    limit: int = Field(default=0, ge=0, le=1000)
    key: str = Field(default="", max_length=400)
    reentry: Literal["always", "once", "once_per"] = "always"
    period: timedelta | None = None


class Case(Part):
    """A saved example: an event, prepared answers, and what must come out."""

    name: str = Field(max_length=120)
    event: dict[str, Any]
    customer: dict[str, Any] | None = None
    params: dict[str, Any] = Field(default_factory=dict)
    now: str | None = None
    answers: dict[str, Any] = Field(default_factory=dict)
    expect: dict[str, Any] = Field(default_factory=dict)


class Note(Part):
    """A remark on the canvas; it means nothing to a run."""

    id: Id
    text: str = Field(max_length=4000)
    position: Position = Position()
    width: float = 240
    height: float = 120


class Flow(Graph):
    """The whole document."""

    format: Literal["jimu.flow/1"] = "jimu.flow/1"
    key: Key
    name: str = Field(min_length=1, max_length=120)
    description: str = Field(default="", max_length=4000)
    # JSON Schema (type object) of the parameters; each property has a default and may carry
    # "x-lock": true, which only a change request of head office may override.
    params: dict[str, Any] = Field(default_factory=dict)
    run_mode: RunMode = RunMode()
    cases: tuple[Case, ...] = Field(default=(), max_length=200)
    notes: tuple[Note, ...] = Field(default=(), max_length=200)


def load_flow(document: Any) -> Flow:
    """The document as a Flow; InvalidFlow with a problem for each malformed value."""
    try:
        return Flow.model_validate(document)
    except ValidationError as error:
        raise InvalidFlow(
            text("流程文档的格式不对", "the flow document is malformed"), problems_of(error)
        ) from None
    except RecursionError:
        message = text("流程文档嵌套太深", "the flow document is nested too deeply")
        raise InvalidFlow(message, [Problem("", message)]) from None


def dump_flow(flow: Flow) -> dict[str, Any]:
    """The document as plain JSON values, defaults left out."""
    found = flow.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {"format": FORMAT, **found}


def graphs(graph: Graph, path: str = "") -> Iterator[tuple[str, Graph, Node | None]]:
    """Every graph of the document with its JSON pointer and the node that holds it."""
    stack: list[tuple[str, Graph, Node | None]] = [(path, graph, None)]
    while stack:
        at, found, holder = stack.pop()
        yield at, found, holder
        for index, node in enumerate(found.nodes):
            if node.body is not None:
                stack.append((f"{at}/nodes/{index}/body", node.body, node))
            for port, handler in node.handlers.items():
                stack.append((f"{at}/nodes/{index}/handlers/{port}", handler, node))


def problems_of(error: ValidationError, under: str = "") -> list[Problem]:
    """Pydantic's findings as problems with JSON pointers."""
    return [
        Problem(
            path=under
            + "".join(
                f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in found["loc"]
            ),
            message=message_of(found),
            code=found["type"],
        )
        for found in error.errors(include_url=False, include_context=True, include_input=False)
    ]


Node.model_rebuild()
