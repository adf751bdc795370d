"""The scenes that come with the product, one folder each; README.md says what is in a folder."""

from __future__ import annotations

from pathlib import Path

from engine.core.errors import NotFound
from engine.core.scene import Scene, load_scene
from engine.core.text import text

LIBRARY = Path(__file__).parent


def keys() -> list[str]:
    """The keys of all scenes, in the order of the alphabet."""
    return sorted(path.parent.name for path in LIBRARY.glob("*/scene.json"))


def scene(key: str) -> Scene:
    """One scene by its key; NotFound when there is none."""
    if key not in keys():
        raise NotFound(text(f"没有场景模板 {key}", f"there is no scene {key}"))
    return load_scene(LIBRARY / key)


def readme(key: str) -> str:
    """What a scene says about itself, in both languages (Markdown)."""
    return (LIBRARY / scene(key).key / "README.md").read_text(encoding="utf-8")
