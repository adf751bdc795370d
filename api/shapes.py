"""Shapes that several resources share."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field, RootModel, StringConstraints

from api.resource import Model, Shown

FlowKey = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$"), Field(examples=["vip_upgrade"])
]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]


class AnyObject(RootModel[dict[str, Any]]):
    """A JSON object."""

    model_config = ConfigDict(json_schema_extra={"type": "object"})


class FlowPath(Model):
    """Which flow."""

    key: FlowKey


class ReceivedEvent(Shown):
    """What became of one event."""

    id: str = Field(description="Its id here")
    source: str
    external_id: str = Field(description="Its id at the source")
    is_new: bool = Field(description="False: it was there already and nothing happened")


class UseShown(Shown):
    """A step that names it."""

    flow: str
    flow_name: str
    node: str
    step: str = Field(description="The step's name")
    in_draft: bool
    is_live: bool = Field(description="In the published version")


class Uses(Shown):
    """Where it is used, flow by flow."""

    items: list[UseShown]
