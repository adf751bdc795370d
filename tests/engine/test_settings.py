"""The environment becomes settings, and every wrong value a sentence."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import InvalidInput
from engine.embedded import socket_url
from engine.settings import VARIABLES, Settings, load_settings


def test_nothing_has_to_be_set() -> None:
    found = load_settings({})
    data = Path("var").absolute()
    assert found.data_dir == data
    assert found.database_url == f"sqlite:///{data}/jimu.db"
    assert found.redis_url == socket_url(data)
    assert found.secret_key_file == data / "keys.json"
    assert (found.host, found.port) == ("127.0.0.1", 8300)
    assert found.public_url == "http://127.0.0.1:8300"
    assert found.lanes == 64
    assert found.workers == 1
    assert found.time_zone.key == "Asia/Shanghai"
    assert found.is_sqlite
    assert found.is_embedded


def test_every_field_has_its_variable() -> None:
    assert sorted(VARIABLES.values()) == sorted(each.name for each in fields(Settings))


def test_everything_can_be_set(tmp_path: Path) -> None:
    found = load_settings(
        {
            "JIMU_DATA": str(tmp_path),
            "JIMU_DATABASE_URL": "postgresql://jimu:secret@db:5432/jimu",
            "JIMU_REDIS_URL": "rediss://:secret@cache:6380/2",
            "JIMU_SECRET_KEY_FILE": "/run/secrets/keys.json",
            "JIMU_HOST": "0.0.0.0",
            "JIMU_PORT": "80",
            "JIMU_PUBLIC_URL": "https://jimu.example.com/crm/",
            "JIMU_LANES": "16",
            "JIMU_ALLOW_PRIVATE": "CRM.lan, 10.0.0.0/8 fd00::/8,,192.168.1.4",
            "JIMU_MAX_BODY_BYTES": "1048576",
            "JIMU_TIME_ZONE": "Asia/Tokyo",
            "JIMU_LOG_LEVEL": "WARNING",
            "JIMU_LOG_FORMAT": "json",
            "JIMU_WORKERS": "4",
            "PATH": "/usr/bin",
        }
    )
    assert found == Settings(
        data_dir=tmp_path,
        database_url="postgresql+psycopg://jimu:secret@db:5432/jimu",
        redis_url="rediss://:secret@cache:6380/2",
        secret_key_file=Path("/run/secrets/keys.json"),
        host="0.0.0.0",
        port=80,
        public_url="https://jimu.example.com/crm",
        lanes=16,
        allowed_private_hosts=("crm.lan", "10.0.0.0/8", "fd00::/8", "192.168.1.4"),
        max_body_bytes=2**20,
        time_zone=found.time_zone,
        log_level="warning",
        log_format="json",
        workers=4,
    )
    assert found.time_zone.key == "Asia/Tokyo"
    assert not found.is_sqlite
    assert not found.is_embedded


def test_they_cannot_be_changed_later() -> None:
    with pytest.raises(FrozenInstanceError):
        load_settings({}).port = 1  # type: ignore[misc]


def test_loading_creates_nothing(tmp_path: Path) -> None:
    load_settings({"JIMU_DATA": str(tmp_path / "data")})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("empty", ["", "   "])
def test_an_empty_variable_counts_as_not_set(empty: str) -> None:
    assert load_settings(dict.fromkeys(VARIABLES, empty)) == load_settings({})


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "http://127.0.0.1:8300"),
        ("::", "http://127.0.0.1:8300"),
        ("::1", "http://[::1]:8300"),
        ("shop.lan", "http://shop.lan:8300"),
    ],
)
def test_the_address_shown_can_be_opened(host: str, address: str) -> None:
    assert load_settings({"JIMU_HOST": host}).public_url == address


WRONG = [
    ("JIMU_PORT", "eighty", "a whole number from 1 to 65535"),
    ("JIMU_PORT", "0", "a whole number"),
    ("JIMU_PORT", "８３００", "a whole number"),
    ("JIMU_PORT", "1_000", "a whole number"),
    ("JIMU_LANES", "-1", "a whole number"),
    ("JIMU_WORKERS", "9" * 5000, "a whole number"),
    ("JIMU_MAX_BODY_BYTES", "8MB", "a whole number"),
    ("JIMU_DATABASE_URL", "mysql://root@db/jimu", "sqlite:///file or postgresql://"),
    ("JIMU_DATABASE_URL", "sqlite://", "sqlite:///file"),
    ("JIMU_REDIS_URL", "localhost:6379", "redis://host:port/0"),
    ("JIMU_PUBLIC_URL", "jimu.example.com", "like https://jimu.example.com"),
    ("JIMU_PUBLIC_URL", "https://[jimu", "like https://jimu.example.com"),
    ("JIMU_PUBLIC_URL", "https://jimu.example.com:port", "like https://jimu.example.com"),
    ("JIMU_ALLOW_PRIVATE", "10.0.0.0/64", "host names or networks"),
    ("JIMU_ALLOW_PRIVATE", "http://crm.lan", "host names or networks"),
    ("JIMU_TIME_ZONE", "Mars/Olympus", "a time zone's name"),
    ("JIMU_TIME_ZONE", "../../etc/passwd", "a time zone's name"),
    ("JIMU_LOG_LEVEL", "loud", "one of debug, info, warning, error"),
    ("JIMU_LOG_FORMAT", "xml", "one of console, json"),
    ("JIMU_DATA", "what?", "a path without a question mark"),
]


@pytest.mark.parametrize(("name", "value", "sentence"), WRONG)
def test_a_wrong_value_is_a_sentence(name: str, value: str, sentence: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        load_settings({name: value})
    (problem,) = raised.value.problems
    assert problem.path == name
    assert sentence in problem.message["en"]
    assert name in problem.message["zh"]


def test_all_wrong_values_are_named_at_once() -> None:
    with pytest.raises(InvalidInput) as raised:
        load_settings({"JIMU_PORT": "x", "JIMU_LANES": "0", "JIMU_TIME_ZONE": "here"})
    assert [each.path for each in raised.value.problems] == [
        "JIMU_PORT",
        "JIMU_LANES",
        "JIMU_TIME_ZONE",
    ]


def test_a_password_is_never_repeated() -> None:
    with pytest.raises(InvalidInput) as raised:
        load_settings({"JIMU_DATABASE_URL": "mysql://root:secret@db/jimu"})
    assert "secret" not in f"{raised.value} {raised.value.message}"


def test_a_misspelled_name_is_refused_and_a_strange_one_is_not() -> None:
    with pytest.raises(InvalidInput, match="did you mean JIMU_DATABASE_URL"):
        load_settings({"JIMU_DATABSE_URL": "sqlite:///x.db"})
    assert load_settings({"JIMU_SOMETHING_ELSE": "1"}) == load_settings({})


@given(st.sampled_from(sorted(VARIABLES)), st.text(st.characters(codec="utf-8"), max_size=40))
def test_any_text_is_settings_or_a_sentence(name: str, value: str) -> None:
    blamed = {name}
    try:
        load_settings({name: value})
    except InvalidInput as fault:
        blamed = {each.path for each in fault.problems}
    assert blamed == {name}
