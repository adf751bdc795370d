"""`jimu template ...`: the library of scenes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import orjson
import typer

import templates_library
from engine.cli.place import TenantName, here
from engine.cli.screen import AsJson, locale, out, print_json, progress, show_table, tell
from engine.core.errors import EngineError, InvalidInput, Problem
from engine.core.registry import load_registry
from engine.core.scene import Scene, check_scene, wording
from engine.core.scene.play import failures
from engine.core.text import Locale, say, text
from engine.runtime.scenes import install_scene

Key = Annotated[str, typer.Argument(help="The scene's key")]


def add(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Scenes: ready-made flows to install.")
    group.command("list")(list_scenes)
    group.command("show")(show)
    group.command("install")(install)
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
