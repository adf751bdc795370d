"""Templates: the scenes of the library, previewed, installed, upgraded."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from flask import Response
from pydantic import Field, StringConstraints

from api.answers import answer
from api.context import caller, locale, tenant, world
from api.errors import ProblemItem
from api.flow_versions import ChangeShown
from api.flows import Made
from api.resource import Model, Resource, Shown
from api.shapes import FlowKey
from engine.core.catalog import said
from engine.core.scene import Scene, wording
from engine.core.text import Locale, text
from engine.runtime import scenes
from engine.runtime import upgrade as upgrades
from engine.store import scenes as store

resource = Resource("templates", text("场景模板", "Scenes to install"))

SceneKey = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,63}$"), Field(examples=["vip_upgrade"])
]


class ScenePath(Model):
    """Which scene."""

    key: SceneKey


class NeededShown(Shown):
    """A connection a scene needs."""

    key: str
    types: list[str] = Field(description="Connectors that will do")
    why: str
    required: bool


class SceneShown(Shown):
    """A scene in the library."""

    key: str
    version: int
    name: str
    industry: str
    summary: str
    connections: list[NeededShown]
    flows: list[str] = Field(description="Keys of the flows it makes")


class SceneDetail(SceneShown):
    """A scene with what is asked when it is installed."""

    parameters: dict[str, Any] = Field(description="JSON Schema")
    event_types: list[str]
    help: str = Field(description="Markdown, both languages")


class Scenes(Shown):
    """Every scene of the library."""

    items: list[SceneShown]


class Chosen(Model):
    """Parameters (defaults hold for what is left out), and connections by the scene's keys."""

    parameters: dict[str, Any] = Field(default_factory=dict)
    connections: dict[str, str] = Field(default_factory=dict)


class InstallBody(Chosen):
    """What is chosen, and whether it goes live at once."""

    publish: bool = False


class Previewed(Shown):
    """One flow as it would be made."""

    document: dict[str, Any]
    problems: list[ProblemItem]


class Preview(Shown):
    """The flows a scene would make."""

    flows: list[Previewed]


class Installed(Shown):
    """What was made."""

    flows: list[FlowKey]
    published: dict[str, Made]


class UpgradeChosen(Chosen):
    """Values given over those of the installation, and whose value holds at which path."""

    choices: dict[FlowKey, dict[str, Literal["mine", "theirs"]]] = Field(
        default_factory=dict,
        description="By flow, then by the path of a conflict (must be chosen) or of an offer "
        "(taken, unless it is `mine`)",
    )


class UpgradeBody(UpgradeChosen):
    """What was decided, and on which drafts it was decided."""

    revisions: dict[FlowKey, int] = Field(
        default_factory=dict, description="The drafts' revisions of the preview"
    )


class ConflictShown(Shown):
    """A value that was changed here and in the new version."""

    path: str = Field(description="Rows are named by id: /nodes/n5/config/limit")
    kind: Literal["changed", "removed_here", "removed_there", "order", "locked"]
    base: Any = Field(description="As it was installed")
    mine: Any
    theirs: Any
    chosen: Literal["mine", "theirs"] | None
    change: ChangeShown = Field(description="What the new version changes, in words")


class OfferShown(ChangeShown):
    """A value that only the new version has changed."""

    taken: bool = Field(description="False: refused by a choice of `mine`")


class UpgradedFlowShown(Shown):
    """What becomes of one flow."""

    key: str
    did: Literal["merged", "added", "gone"]
    revision: int | None
    mine: dict[str, Any] | None = Field(description="The draft as it is; null where there is none")
    document: dict[str, Any] = Field(description="The draft as it would be")
    taken: list[str] = Field(description="Paths at which the new version's values came in")
    offers: list[OfferShown] = Field(description="What only the new version has changed")
    conflicts: list[ConflictShown]
    changes: list[ChangeShown] = Field(description="What it does to the draft, in words")
    problems: list[ProblemItem]


class UpgradeShown(Shown):
    """An upgrade, looked at or done."""

    scene: str
    version_from: int
    version_to: int
    is_clear: bool = Field(description="Whether every conflict is decided")
    flows: list[UpgradedFlowShown]


class InstalledScene(Shown):
    """A scene that was installed."""

    id: str
    scene: str
    version: int
    params: dict[str, Any]
    connections: dict[str, str]
    flows: list[str]
    installed_by: str | None
    installed_at: datetime
    upgraded_at: datetime | None
    newest: int | None = Field(None, description="The version in the library now")


class InstalledScenes(Shown):
    """What this tenant has installed, the oldest first."""

    items: list[InstalledScene]


def show(scene: Scene, language: Locale) -> dict[str, Any]:
    return {
        "key": scene.key,
        "version": scene.version,
        "name": scene.name[language],
        "industry": scene.industry[language],
        "summary": scene.summary[language],
        "connections": [
            {
                "key": one.key,
                "types": list(one.types),
                "why": one.why[language],
                "required": one.required,
            }
            for one in scene.connections
        ],
        "flows": [str(flow.get("key")) for flow in scene.flows],
    }


@resource.get("/templates", act="templates.read", answers={200: Scenes})
def list_templates() -> Response:
    """The scenes of the library, by key."""
    language = locale()
    return answer({"items": [show(one, language) for one in scenes.library().values()]})


@resource.get("/templates/<key>", act="templates.read", answers={200: SceneDetail})
def read_template(path: ScenePath) -> Response:
    """One scene: its parameters, connections and help."""
    scene, language = scenes.read_scene(path.key), locale()
    return answer(
        {
            **show(scene, language),
            "parameters": said(wording(scene.parameters, language), language),
            "event_types": [one.type for one in scene.event_types],
            "help": scenes.readme_of(path.key),
        }
    )


@resource.post("/templates/<key>/preview", act="templates.read", answers={200: Preview})
def preview_template(path: ScenePath, body: Chosen) -> Response:
    """The flows it would make, and what publishing would say to them; nothing is stored."""
    found = scenes.preview_scene(
        world(), tenant(), path.key, body.parameters, body.connections, locale()
    )
    return answer(
        {
            "flows": [
                {"document": document, "problems": [one.as_json() for one in problems]}
                for document, problems in found
            ]
        }
    )


@resource.post("/templates/<key>/install", act="templates.install", answers={201: Installed})
def install_template(path: ScenePath, body: InstallBody) -> Response:
    """Makes the scene's flows as drafts; with `publish` they are live at once."""
    if body.publish:
        caller().require("flows.publish")
    keys, done = scenes.install_scene(
        world(),
        caller(),
        path.key,
        body.parameters,
        body.connections,
        publish_now=body.publish,
        locale=locale(),
    )
    published = {
        key: {
            "number": one.number,
            "version_id": one.version_id,
            "remarks": [remark.as_json() for remark in one.remarks],
        }
        for key, one in done.items()
    }
    return answer({"flows": keys, "published": published}, 201)


@resource.post(
    "/templates/<key>/upgrade/preview", act="templates.read", answers={200: UpgradeShown}
)
def preview_template_upgrade(path: ScenePath, body: UpgradeChosen) -> Response:
    """What the library's version would make of what was installed and changed; nothing is stored.

    Per flow: the merged document, what came in from the new version, and the conflicts by path.
    """
    found = upgrades.preview_upgrade(world(), caller(), path.key, **_chosen(body))
    return answer(show_upgrade(found))


@resource.post("/templates/<key>/upgrade", act="templates.install", answers={200: UpgradeShown})
def upgrade_template(path: ScenePath, body: UpgradeBody) -> Response:
    """Saves the merged flows as drafts, all or none; 409 while a conflict is not decided."""
    found = upgrades.apply_upgrade(world(), caller(), path.key, body.revisions, **_chosen(body))
    return answer(show_upgrade(found))


def _chosen(body: UpgradeChosen) -> dict[str, Any]:
    return {
        "parameters": body.parameters,
        "connections": body.connections,
        "choices": body.choices,
        "locale": locale(),
    }


def show_upgrade(found: upgrades.Upgrade) -> dict[str, Any]:
    return {
        "scene": found.scene,
        "version_from": found.version_from,
        "version_to": found.version_to,
        "is_clear": found.is_clear,
        "flows": [upgrades.shown(one) for one in found.flows],
    }


@resource.get("/installed-templates", act="templates.read", answers={200: InstalledScenes})
def list_installed_templates() -> Response:
    """What this tenant has installed."""
    with world().db.reading() as conn:
        rows = store.list_installed(conn, tenant())
    found = [InstalledScene.model_validate(row) for row in rows]
    for one in found:
        scene = scenes.library().get(one.scene)
        one.newest = scene.version if scene else None
    return answer({"items": found})
