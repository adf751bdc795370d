"""Scenes: flows a business can install, with parameters, samples, cases and texts in two languages.

document.py   the document `jimu.scene/1`: read_scene, load_scene, samples and their changes
places.py     what a scene's own keys mean inside its flows: parameters, connections, wording
install.py    a scene with chosen parameters and connections -> flow documents
merge.py      three-way merge of flow documents, for upgrades   told.py  its changes in words
check.py      everything that can be wrong with a scene, before anybody installs it
play.py       a case played through the real matcher and interpreter   compare.py  its values
"""

from engine.core.scene.check import check_scene
from engine.core.scene.document import (
    FORMAT,
    Changed,
    Needed,
    OwnEvent,
    Scene,
    SceneCase,
    load_scene,
    merge_patch,
    read_scene,
    sample_of,
)
from engine.core.scene.install import fill_parameters, install
from engine.core.scene.places import wording

__all__ = [
    "FORMAT",
    "Changed",
    "Needed",
    "OwnEvent",
    "Scene",
    "SceneCase",
    "check_scene",
    "fill_parameters",
    "install",
    "load_scene",
    "merge_patch",
    "read_scene",
    "sample_of",
    "wording",
]
