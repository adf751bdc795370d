from __future__ import annotations

import json
import shutil
import socket
from pathlib import Path

import pytest

from engine.cli.scaffold import TOP, copy
from engine.core.errors import Conflict, InvalidInput, NotFound
from engine.runtime import scenes
from tests.engine.cli.conftest import Jimu

# -- people, keys ----------------------------------------------------------------------------------


def test_the_first_admins_password_is_kept_for_its_owner_only(installed: Path) -> None:
    note = installed / "first-login.txt"
    assert note.stat().st_mode & 0o777 == 0o600
    assert "login admin" in note.read_text()


def test_users_are_added_listed_and_get_new_passwords(jimu: Jimu, installed: Path) -> None:
    made = json.loads(
        jimu("user", "add", "zhou", "--name", "周敏", "--role", "viewer", "--json").stdout
    )
    listed = {one["login"]: one for one in json.loads(jimu("user", "list", "--json").stdout)}
    assert listed["zhou"]["roles"] == ["viewer"]
    assert listed["admin"]["roles"] == ["admin"]
    fresh = json.loads(jimu("user", "reset-password", "zhou", "--json").stdout)
    assert fresh["password"] != made["password"]
    assert jimu("user", "reset-password", "nobody").exit_code == 2
    assert jimu("user", "add", "zhou").exit_code == 2


def test_a_migrated_database_gets_its_tenants_and_they_are_told_apart(jimu: Jimu) -> None:
    assert jimu("migrate").exit_code == 0
    nobody = jimu("user", "add", "zhou")
    assert nobody.exit_code == 2
    assert "jimu tenant add" in nobody.stderr
    made = json.loads(jimu("tenant", "add", "main", "--name", "青禾", "--json").stdout)
    assert (made["tenant"], made["login"], len(made["password"]) > 10) == ("main", "admin", True)
    assert jimu("user", "add", "zhou").exit_code == 0
    assert jimu("tenant", "add", "second", "--name", "另一家", "--admin", "boss").exit_code == 0
    listed = json.loads(jimu("tenant", "list", "--json").stdout)
    assert [one["tenant"] for one in listed] == ["main", "second"]
    unclear, unknown = jimu("user", "list"), jimu("user", "list", "--tenant", "third")
    assert "--tenant: main, second" in unclear.stderr
    assert "there is no tenant third" in unknown.stderr
    found = json.loads(jimu("user", "list", "--tenant", "second", "--json").stdout)
    assert [(one["login"], one["roles"]) for one in found] == [("boss", ["admin"])]


@pytest.mark.parametrize("given", [("Main", "青禾"), ("a b", "青禾"), ("", "青禾"), ("two", " ")])
def test_a_tenant_that_could_not_be_named_is_refused(
    jimu: Jimu, installed: Path, given: tuple[str, str]
) -> None:
    refused = jimu("tenant", "add", given[0], "--name", given[1])
    assert refused.exit_code == 2
    assert "/tenant" in refused.stderr or "/name" in refused.stderr
    assert len(json.loads(jimu("tenant", "list", "--json").stdout)) == 1


def test_a_key_is_shown_and_its_acts_are_checked(jimu: Jimu, installed: Path) -> None:
    made = json.loads(jimu("key", "add", "shop", "--json").stdout)
    assert made["key"].startswith("jimu_")
    assert made["scopes"] == ["events.write"]
    refused = jimu("key", "add", "shop", "--scope", "no.such")
    assert refused.exit_code == 2
    assert "no act no.such" in refused.stderr


# -- scenes ----------------------------------------------------------------------------------------


def test_the_library_is_listed_and_shown(jimu: Jimu) -> None:
    keys = [one["key"] for one in json.loads(jimu("template", "list", "--json").stdout)]
    assert "vip_upgrade" in keys
    shown = jimu("template", "show", "vip_upgrade")
    assert "threshold" in shown.stdout
    assert jimu("template", "show", "no_such").exit_code == 2


def test_the_cases_of_a_scene_are_played(jimu: Jimu) -> None:
    result = jimu("template", "check", "three_level_review", "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 0
    assert found["scenes"][0]["cases"] >= 4


def test_a_scene_is_installed_with_its_parameters(jimu: Jimu, installed: Path) -> None:
    result = jimu("template", "install", "three_level_review", "--param", "review_from=300")
    assert result.exit_code == 0, result.output
    document = json.loads(jimu("flow", "export", "three_level_review").stdout)
    assert document["params"]["properties"]["review_from"]["default"] == 300
    assert jimu("template", "install", "three_level_review").exit_code == 2


def test_a_scene_without_its_connections_says_which(jimu: Jimu, installed: Path) -> None:
    result = jimu("template", "install", "vip_upgrade")
    assert result.exit_code == 2
    assert "/connections/wecom" in result.stderr
    assert jimu("template", "install", "vip_upgrade", "--connection", "wecom").exit_code == 2


# -- scaffolds -------------------------------------------------------------------------------------


def test_a_new_folder_speaks_of_itself_only(tmp_path: Path) -> None:
    for room, like in (("nodes", "set_fields"), ("connectors", "http")):
        shutil.copytree(TOP / room / like, tmp_path / room / like)
        folder = copy(tmp_path, room, "my_own", like)
        code = [file.read_text() for file in folder.rglob("*.py")]
        assert f"{room}.my_own." in "".join(code)
        assert not [text for text in code if f"{room}.{like}" in text]
        assert not list(folder.rglob("__pycache__"))


@pytest.mark.parametrize(
    ("name", "like", "error"),
    [
        ("Wrong", "set_fields", InvalidInput),
        ("../up", "set_fields", InvalidInput),
        ("class", "set_fields", InvalidInput),  # no code could import it
        ("fine", "no_such", NotFound),
        ("set_fields", "set_fields", Conflict),
    ],
)
def test_what_cannot_be_scaffolded(
    tmp_path: Path, name: str, like: str, error: type[Exception]
) -> None:
    shutil.copytree(TOP / "nodes" / "set_fields", tmp_path / "nodes" / "set_fields")
    with pytest.raises(error):
        copy(tmp_path, "nodes", name, like)


# -- the installation itself -----------------------------------------------------------------------


def test_doctor_looks_and_changes_nothing(jimu: Jimu, data: Path) -> None:
    found = json.loads(jimu("doctor", "--json").stdout)
    assert {"python", "disk", "database", "redis", "keys"} <= {
        one["name"] for one in found["checks"]
    }
    assert not data.exists()


def test_doctor_finds_an_open_key_file(jimu: Jimu, installed: Path) -> None:
    assert jimu("doctor").exit_code == 0
    (installed / "keys.json").chmod(0o644)
    result = jimu("doctor")
    assert result.exit_code == 1
    assert "chmod 600" in result.stdout


@pytest.mark.parametrize("command", ["up", "migrate", "doctor"])
def test_a_data_folder_that_cannot_be_is_a_sentence(
    jimu: Jimu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """`up` and `migrate` end with exit code 2, `doctor` with a bad finding."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("JIMU_DATA", str(tmp_path / "file" / "data"))
    result = jimu(command)
    assert result.exit_code == (1 if command == "doctor" else 2)
    assert f"{tmp_path}/file/data cannot be" in result.output
    assert "Not a directory" in result.output


def test_the_data_folder_is_its_owners_only(jimu: Jimu, data: Path) -> None:
    assert jimu("migrate").exit_code == 0
    assert data.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("command", ["web", "worker", "scheduler"])
def test_a_process_without_an_installation_says_so(jimu: Jimu, data: Path, command: str) -> None:
    result = jimu(command)
    assert (result.exit_code, data.exists()) == (2, False)
    assert "There is no installation" in result.stderr


@pytest.mark.parametrize("command", ["web", "up"])
def test_a_port_in_use_is_refused_also_where_it_could_be_shared(
    jimu: Jimu, installed: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """The server listens with SO_REUSEPORT: another installation would get some of the calls."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setenv("JIMU_PORT", str(taken.getsockname()[1]))
        result = jimu(command)
    assert result.exit_code == 2
    assert "is in use" in result.stderr


def test_an_address_of_another_machine_is_a_sentence(
    jimu: Jimu, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIMU_HOST", "192.0.2.1")
    result = jimu("web")
    assert result.exit_code == 2
    assert "Nobody can listen on 192.0.2.1:" in result.stderr


def test_keys_are_rotated_and_the_audit_trail_holds(jimu: Jimu, installed: Path) -> None:
    assert json.loads(jimu("keys", "rotate", "--json").stdout)["current"] == "k2"
    verified = json.loads(jimu("audit", "verify", "--json").stdout)
    assert verified["fine"] is True
    assert verified["entries"] >= 1


def test_the_openapi_document_needs_no_server(jimu: Jimu, data: Path) -> None:
    document = json.loads(jimu("openapi").stdout)
    assert document["openapi"].startswith("3.1")
    assert not data.exists()


def test_wrong_settings_are_a_sentence(jimu: Jimu, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIMU_PORT", "many")
    result = jimu("doctor")
    assert result.exit_code == 2
    assert "JIMU_PORT" in result.stderr


def test_an_installed_scene_is_upgraded(
    jimu: Jimu, installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jimu("template", "install", "three_level_review", "--draft")
    scene = scenes.read_scene("three_level_review")
    flow = {**scene.flows[0], "description": {"zh": "第二版", "en": "second"}}
    newer = scene.model_copy(update={"version": 2, "flows": (flow,)})
    monkeypatch.setattr(scenes, "library", lambda: {newer.key: newer})
    looked = json.loads(jimu("template", "upgrade", "three_level_review", "--json").stdout)
    assert (looked["from"], looked["to"], looked["applied"]) == (1, 2, False)
    assert looked["flows"][0]["taken"] == ["/description"]
    done = jimu("template", "upgrade", "three_level_review", "--apply")
    assert done.exit_code == 0, done.output
    again = json.loads(jimu("template", "upgrade", "three_level_review", "--json").stdout)
    assert (again["from"], again["flows"][0]["taken"]) == (2, [])
    assert jimu("template", "upgrade", "vip_upgrade").exit_code == 2
