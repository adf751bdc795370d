"""`jimu template ...`: the library of scenes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, cast

import orjson
import typer

import templates_library
from engine.cli.place import TenantName, here
from engine.cli.screen import AsJson, locale, out, print_json, progress, show_table, tell
from engine.core.errors import EngineError, InvalidInput, Problem
from engine.core.registry import load_registry
from engine.core.scene import Scene, check_scene, wording
from engine.core.scene.merge import Conflict, Side
from engine.core.scene.play import failures
from engine.core.text import Locale, say, text
from engine.runtime.scenes import install_scene
from engine.runtime.upgrade import apply_upgrade, preview_upgrade, shown

Key = Annotated[str, typer.Argument(help="The scene's key")]


def add(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Scenes: ready-made flows to install.")
    group.command("list")(list_scenes)
    group.command("show")(show)
    group.command("install")(install)
    group.command("upgrade")(upgrade)
    group.command("check")(check)
    app.add_typer(group, name="template")


def list_scenes(as_json: AsJson = False) -> None:
    """The scenes of the library."""
    found = [_brief(one) for one in map(templates_library.scene, templates_library.keys())]
    if as_json:
        print_json(found)
        return
    show_table(
        [
            text("编号", "Key"),
            text("名称", "Name"),
            text("行业", "Industry"),
            text("需要的对接", "Connections"),
        ],
        (
            (
                one["key"],
                one["name"][locale()],
                one["industry"][locale()],
                ", ".join(
                    needed["key"] + ("" if needed["required"] else "?")
                    for needed in one["connections"]
                ),
            )
            for one in found
        ),
    )


def show(key: Key, as_json: AsJson = False) -> None:
    """What a scene does, its parameters and the connections it needs."""
    scene = templates_library.scene(key)
    if as_json:
        print_json({**_brief(scene), "parameters": scene.parameters, "flows": scene.flows})
        return
    out.print(templates_library.readme(key), markup=False)
    rows = wording(scene.parameters, locale()).get("properties", {})
    title = scene.parameters.get("properties", {})
    show_table(
        [text("参数", "Parameter"), text("含义", "What it is"), text("默认值", "Default")],
        (
            (
                name,
                say(title[name].get("x-title", name), locale()),
                orjson.dumps(found.get("default")).decode(),
            )
            for name, found in rows.items()
        ),
    )


def install(
    key: Key,
    connection: Annotated[
        list[str] | None, typer.Option(help="scene's key=your connection, e.g. wecom=main_wecom")
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option(help="name=value, the value as JSON or as text")
    ] = None,
    live: Annotated[bool, typer.Option("--publish/--draft", help="Publish at once or not")] = True,
    language: Annotated[Literal["zh", "en"] | None, typer.Option(help="zh or en")] = None,
    tenant: TenantName = None,
    as_json: AsJson = False,
) -> None:
    """Makes a scene's flows in this installation."""
    world, who = here(tenant)
    keys, done = install_scene(
        world,
        who,
        key,
        {name: _value(raw) for name, raw in _pairs(param, "/parameters")},
        dict(_pairs(connection, "/connections")),
        publish_now=live,
        locale=language or locale(),
    )
    if as_json:
        versions = {name: one.number for name, one in done.items()}
        print_json({"scene": key, "flows": keys, "versions": versions})
        return
    flows = ", ".join(keys)
    tell(
        text(f"已安装并发布：{flows}", f"installed and published: {flows}")
        if live
        else text(f"已安装为草稿：{flows}", f"installed as drafts: {flows}")
    )


def upgrade(
    key: Key,
    connection: Annotated[
        list[str] | None, typer.Option(help="scene's key=your connection, over those of before")
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option(help="name=value, over those of before")
    ] = None,
    theirs: Annotated[
        list[str] | None, typer.Option(help="flow:path of a conflict that takes the new version's")
    ] = None,
    mine: Annotated[
        list[str] | None, typer.Option(help="flow:path of a conflict that stays as it is")
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply/--preview", help="Save the drafts or not")
    ] = False,
    tenant: TenantName = None,
    as_json: AsJson = False,
) -> None:
    """Brings an installed scene to the library's version: changes of both sides are merged.

    Without --apply it only shows what would come in and what is in conflict. Drafts are saved, not
    published.
    """
    world, who = here(tenant)
    choices: dict[str, dict[str, Side]] = {}
    for side, given in (("theirs", theirs), ("mine", mine)):
        for one in given or ():
            flow, mark, path = one.partition(":")
            if not mark:
                message = text(f"“{one}”应写成 flow:path", f'"{one}" should be flow:path')
                raise InvalidInput(message, [Problem("/choices", message)])
            choices.setdefault(flow, {})[path] = cast(Side, side)
    more: dict[str, Any] = {
        "parameters": {name: _value(raw) for name, raw in _pairs(param, "/parameters")},
        "connections": dict(_pairs(connection, "/connections")),
        "choices": choices,
        "locale": locale(),
    }
    found = preview_upgrade(world, who, key, **more)
    if apply:
        revisions = {one.key: one.revision for one in found.flows if one.revision is not None}
        found = apply_upgrade(world, who, key, revisions, **more)
    if as_json:
        flows = [shown(one) for one in found.flows]
        versions = {"from": found.version_from, "to": found.version_to}
        print_json({"scene": key, "applied": apply, **versions, "flows": flows})
        return
    rows = [
        (one.key, path, say(text("新版本的改动", "from the new version"), locale()))
        for one in found.flows
        for path in one.merged.taken
    ]
    rows += [
        (one.key, each.path, _conflict_words(each))
        for one in found.flows
        for each in one.merged.conflicts
    ]
    titles = [text("流程", "Flow"), text("位置", "Path"), text("结果", "What happens")]
    show_table(titles, rows)
    versions_said = f"{found.version_from} → {found.version_to}"
    if apply:
        tell(text(f"已升级 {versions_said}，草稿待发布", f"upgraded {versions_said}, as drafts"))
    else:
        tell(text(f"预览 {versions_said}，未保存", f"preview {versions_said}, nothing saved"))


def _conflict_words(one: Conflict) -> str:
    said = {
        None: text("冲突，待选择", "conflict, to be decided"),
        "mine": text("冲突，保留现在的", "conflict, stays as it is"),
        "theirs": text("冲突，采用新版本", "conflict, takes the new version's"),
    }[one.chosen]
    return say(said, locale())


def check(
    keys: Annotated[list[str] | None, typer.Argument(help="Scenes; without any, all")] = None,
    as_json: AsJson = False,
) -> None:
    """Checks scenes and plays every case in both languages. Exit code 1 when one fails.

    Needs no server and no database.
    """
    registry = load_registry()
    chosen = keys or templates_library.keys()
    found: list[dict[str, Any]] = []
    with progress(as_json) as bar:
        task = bar.add_task("template check", total=len(chosen) * 2)
        for key in chosen:
            scene = templates_library.scene(key)
            problems = check_scene(scene, registry)
            errors = [one.as_json() for one in problems if one.level == "error"]
            wrong: list[dict[str, Any]] = []
            languages: tuple[Locale, ...] = ("zh", "en")
            for language in languages:
                wrong += [] if errors else _failed(scene, registry, language)
                bar.advance(task)
            found.append(
                {"key": key, "cases": len(scene.cases), "problems": errors, "failed": wrong}
            )
    is_fine = not any(one["problems"] or one["failed"] for one in found)
    if as_json:
        print_json({"fine": is_fine, "scenes": found})
    else:
        show_table(
            [text("场景", "Scene"), text("案例", "Cases"), text("结果", "Result")],
            ((one["key"], one["cases"], _result(one)) for one in found),
        )
    raise typer.Exit(0 if is_fine else 1)


def _failed(scene: Scene, registry: Any, language: Locale) -> list[dict[str, Any]]:
    try:
        played = failures(scene, registry, language)
    except EngineError as error:
        return [{"case": "", "language": language, "wrong": [error.message["en"]]}]
    return [
        {"case": case.name[language], "language": language, "wrong": wrong}
        for case, wrong in zip(scene.cases, played, strict=True)
        if wrong
    ]


def _result(one: dict[str, Any]) -> str:
    lines = [f"{problem['path']}: {problem['message']}" for problem in one["problems"]]
    lines += [
        f"{failed['case']} ({failed['language']}): {'; '.join(failed['wrong'][:3])}"
        for failed in one["failed"]
    ]
    return "\n".join(lines) or say(text("通过", "fine"), locale())


def _brief(scene: Scene) -> dict[str, Any]:
    return {
        "key": scene.key,
        "version": scene.version,
        "name": scene.name,
        "industry": scene.industry,
        "summary": scene.summary,
        "connections": [
            {"key": one.key, "types": list(one.types), "required": one.required, "why": one.why}
            for one in scene.connections
        ],
    }


def _pairs(given: Sequence[str] | None, path: str) -> list[tuple[str, str]]:
    found = []
    for one in given or ():
        name, mark, value = one.partition("=")
        if not mark or not name:
            message = text(f"“{one}”应写成 名称=值", f'"{one}" should be name=value')
            raise InvalidInput(message, [Problem(path, message)])
        found.append((name, value))
    return found


def _value(raw: str) -> Any:
    try:
        return orjson.loads(raw)
    except ValueError:
        return raw
