"""`jimu openapi · keys rotate · audit verify · bench`."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Annotated, Any

import typer

from engine.cli.place import TenantName, here
from engine.cli.screen import AsJson, out, print_json, progress, show_table, tell
from engine.core.errors import Unavailable
from engine.core.text import text
from engine.keys import rotate_keys
from engine.runtime.accounts import seal_audit
from engine.settings import load_settings
from engine.store import audit as audit_store


def add(app: typer.Typer) -> None:
    app.command()(openapi)
    keys = typer.Typer(no_args_is_help=True, help="The installation's secret keys.")
    keys.command("rotate")(rotate)
    app.add_typer(keys, name="keys")
    audit = typer.Typer(no_args_is_help=True, help="The audit trail.")
    audit.command("verify")(verify)
    app.add_typer(audit, name="audit")
    app.command()(bench)


def openapi() -> None:
    """Prints the OpenAPI document; needs no server and no database."""
    from api.app import document

    print_json(document())


def rotate(as_json: AsJson = False) -> None:
    """Adds a key and writes with it from now on; older ones stay, so that all can be read."""
    keys = rotate_keys(load_settings().secret_key_file)
    if as_json:
        print_json({"current": keys.current, "keys": sorted(keys.keys)})
    else:
        tell(
            text(
                f"当前密钥 {keys.current}（共 {len(keys.keys)} 个）；重启各进程后生效。"
                "请备份密钥文件。",
                f"the key is now {keys.current} (of {len(keys.keys)}); it holds once the "
                "processes are restarted. Back the key file up.",
            )
        )


def verify(tenant: TenantName = None, as_json: AsJson = False) -> None:
    """Checks the hash chain of the audit trail. Exit code 1 when it does not hold."""
    world, who = here(tenant)
    while seal_audit(world):
        continue
    with world.db.reading() as conn:
        broken_at = audit_store.verify(conn, who.tenant)
        head = audit_store.head(conn, who.tenant)
    if as_json:
        print_json({"fine": broken_at is None, "broken_at": broken_at, "entries": head.number})
    elif broken_at is None:
        tell(text(f"{head.number} 条审计记录完好", f"{head.number} entries, the chain holds"))
    else:
        tell(
            text(f"审计链在第 {broken_at} 条断裂", f"the chain does not hold at entry {broken_at}")
        )
    raise typer.Exit(0 if broken_at is None else 1)


def bench(
    names: Annotated[list[str] | None, typer.Argument(help="Benchmarks; without any, all")] = None,
    as_json: AsJson = False,
) -> None:
    """Measures this machine, side by side with peers where they are installed."""
    if importlib.util.find_spec("benchmarks") is None:
        raise Unavailable(
            text(
                "这里没有 benchmarks 目录，请在项目源码里运行",
                "there is no benchmarks folder here: run it in the project's own folder",
            )
        )
    main = importlib.import_module("benchmarks.main")
    chosen = names or list(main.NAMES)
    found: list[Any] = []
    with progress(as_json) as bar:
        task = bar.add_task("bench", total=len(chosen))
        for name in chosen:
            bar.update(task, description=name)
            found += main.run([name], told=lambda _: None)
            bar.advance(task)
    if as_json:
        print_json([one.as_json() for one in found])
        return
    show_table(
        [
            text("项目", "What"),
            text("结果", "Value"),
            text("单位", "Unit"),
            text("目标", "Bar"),
            text("同类", "Peers"),
        ],
        (_row(one.as_json()) for one in found),
    )
    out.print()


def _row(figure: dict[str, Any]) -> tuple[Any, ...]:
    peers = figure.get("peers") or {}
    return (
        figure.get("name"),
        f"{figure['value']:,.6g}" if isinstance(figure.get("value"), int | float) else "",
        figure.get("unit"),
        figure.get("bar"),
        "; ".join(f"{name} {value:,.6g}" for name, value in peers.items())
        if isinstance(peers, dict)
        else str(peers),
    )
