"""The key file: made once, private, rotated without losing anything."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.core.errors import Unavailable
from engine.keys import load_keys, rotate_keys


def test_the_first_call_makes_the_file_and_later_ones_read_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "keys.json"
    first = load_keys(path)
    assert load_keys(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["keys.json"]
    assert len(first.keys[first.current]) == 32


def test_many_that_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(load_keys, [tmp_path / "keys.json"] * 64))
    assert all(each == found[0] for each in found)
    assert len(list(tmp_path.iterdir())) == 1


def test_rotation_adds_a_key_and_keeps_the_old_ones(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    old = load_keys(path)
    new = rotate_keys(path)
    assert new.current != old.current
    assert new.keys[old.current] == old.keys[old.current]
    assert load_keys(path) == new
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert new.derive("session", old.current) == old.derive("session")


def test_rotations_at_once_lose_no_key(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(rotate_keys, [path] * 16))
    assert {each.current for each in made} | {"k1"} == set(load_keys(path).keys)
    assert len(load_keys(path).keys) == 17


def test_each_purpose_has_its_own_key_by_the_published_rule(tmp_path: Path) -> None:
    keys = load_keys(tmp_path / "keys.json")
    assert keys.derive("session") != keys.derive("column")
    rule = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"session")
    assert keys.derive("session") == rule.derive(keys.keys[keys.current])


def test_keys_are_not_shown(tmp_path: Path) -> None:
    keys = load_keys(tmp_path / "keys.json")
    assert repr(keys) == "SecretKeys(current='k1')"


def test_a_file_open_to_others_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    load_keys(path)
    path.chmod(0o640)
    with pytest.raises(Unavailable, match="chmod 600"):
        load_keys(path)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "null",
        "{}",
        "\x00\xff",
        '{"current": "k1", "keys": {}}',
        '{"current": "k1", "keys": {"k1": "short"}}',
        '{"current": "k1", "keys": {"k1": 7}}',
        '{"current": "k2", "keys": {"k1": "%s"}}' % ("A" * 44),
        '{"current": [], "keys": {"k1": "AAAA"}}',
    ],
)
def test_a_broken_file_is_never_replaced(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content, encoding="latin-1")
    path.chmod(0o600)
    with pytest.raises(Unavailable, match="no valid key file"):
        load_keys(path)
    assert path.read_text(encoding="latin-1") == content


def test_the_file_is_plain_json(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    load_keys(path)
    assert set(json.loads(path.read_text())) == {"current", "keys"}


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable, match="cannot be read or written"):
        load_keys(tmp_path / "file" / "keys.json")
