"""The only place that reads the environment: JIMU_* variables become one frozen `Settings`.

Nothing has to be set: without any variable everything lives in `./var`, with SQLite and the
embedded Valkey. Wrong values are all named at once, each in a sentence.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.core.errors import InvalidInput, Problem
from engine.core.text import Locale, Text, text
from engine.embedded import socket_url

LogFormat = Literal["console", "json"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs; the variable that sets it stands beside each field."""

    data_dir: Path  # JIMU_DATA: everything kept on this machine
    database_url: str  # JIMU_DATABASE_URL: sqlite:///file or postgresql://...
    redis_url: str  # JIMU_REDIS_URL: redis://, rediss:// or unix://
    secret_key_file: Path  # JIMU_SECRET_KEY_FILE: see engine/keys.py
    host: str  # JIMU_HOST: the address to listen on
    port: int  # JIMU_PORT
    public_url: str  # JIMU_PUBLIC_URL: how people and platforms reach us, no slash at the end
    lanes: int  # JIMU_LANES: read once, at installation; later the database's number counts
    allowed_private_hosts: tuple[str, ...]  # JIMU_ALLOW_PRIVATE: names or networks, lower case
    max_body_bytes: int  # JIMU_MAX_BODY_BYTES: a request longer than this is refused
    time_zone: ZoneInfo  # JIMU_TIME_ZONE: of a shop that names none
    log_level: str  # JIMU_LOG_LEVEL
    log_format: LogFormat  # JIMU_LOG_FORMAT
    workers: int  # JIMU_WORKERS: lane workers of `jimu up`

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file of this machine, with one writer at a time."""
        return self.database_url.startswith("sqlite")

    @property
    def is_embedded(self) -> bool:
        """Whether `jimu up` starts its own Valkey."""
        return self.redis_url == socket_url(self.data_dir)


VARIABLES: Mapping[str, str] = {
    "JIMU_DATA": "data_dir",
    "JIMU_DATABASE_URL": "database_url",
    "JIMU_REDIS_URL": "redis_url",
    "JIMU_SECRET_KEY_FILE": "secret_key_file",
    "JIMU_HOST": "host",
    "JIMU_PORT": "port",
    "JIMU_PUBLIC_URL": "public_url",
    "JIMU_LANES": "lanes",
    "JIMU_ALLOW_PRIVATE": "allowed_private_hosts",
    "JIMU_MAX_BODY_BYTES": "max_body_bytes",
    "JIMU_TIME_ZONE": "time_zone",
    "JIMU_LOG_LEVEL": "log_level",
    "JIMU_LOG_FORMAT": "log_format",
    "JIMU_WORKERS": "workers",
}


def load_settings(env: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this process; an empty variable counts as not set.

    Creates nothing. Raises InvalidInput with one problem per wrong variable.
    """
    reader = _Reader(env)
    data_dir = reader.read("JIMU_DATA", Path("var").absolute(), _folder)
    database_url = reader.read("JIMU_DATABASE_URL", f"sqlite:///{data_dir}/jimu.db", _database)
    host = reader.read("JIMU_HOST", "127.0.0.1", str)
    port = reader.read("JIMU_PORT", 8300, _number(1, 65535))
    # One lane worker on SQLite: it has one writer, a second would only wait for the first.
    workers = 1 if database_url.startswith("sqlite") else min(os.cpu_count() or 1, 8)
    found = Settings(
        data_dir=data_dir,
        database_url=database_url,
        redis_url=reader.read("JIMU_REDIS_URL", socket_url(data_dir), _redis),
        secret_key_file=reader.read("JIMU_SECRET_KEY_FILE", data_dir / "keys.json", _folder),
        host=host,
        port=port,
        public_url=reader.read("JIMU_PUBLIC_URL", _reachable(host, port), _web_address),
        lanes=reader.read("JIMU_LANES", 64, _number(1, 4096)),
        allowed_private_hosts=reader.read("JIMU_ALLOW_PRIVATE", (), _hosts),
        max_body_bytes=reader.read("JIMU_MAX_BODY_BYTES", 8 * 2**20, _number(1024, 2**30)),
        time_zone=reader.read("JIMU_TIME_ZONE", ZoneInfo("Asia/Shanghai"), _zone),
        log_level=reader.read(
            "JIMU_LOG_LEVEL", "info", _one_of("debug", "info", "warning", "error")
        ),
        log_format=reader.read("JIMU_LOG_FORMAT", "console", _log_format),
        workers=reader.read("JIMU_WORKERS", workers, _number(1, 64)),
    )
    reader.refuse_misspelled()
    if reader.problems:
        raise InvalidInput(
            text(
                "配置有误：" + ";".join(each.message["zh"] for each in reader.problems),
                "Wrong settings. " + " ".join(each.message["en"] for each in reader.problems),
            ),
            reader.problems,
        )
    return found


def terminal_locale(env: Mapping[str, str] = os.environ) -> Locale:
    """Chinese where the terminal says so, English otherwise."""
    named = env.get("LC_ALL") or env.get("LC_MESSAGES") or env.get("LANG", "")
    return "zh" if named.startswith("zh") else "en"


def child_environment(
    changes: Mapping[str, str],
    unless_set: Mapping[str, str],
    env: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """The environment of a process this one starts; `unless_set` gives way to what is there."""
    return {**unless_set, **env, **changes}


class _Wrong(ValueError):
    """What a value should have been."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.wanted: Text = text(zh, en)


class _Reader:
    """Reads variable by variable and gathers what is wrong."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.problems: list[Problem] = []

    def read(self, name: str, default: T, convert: Callable[[str], T]) -> T:
        value = self.env.get(name, "").strip()
        if not value:
            return default
        try:
            return convert(value)
        except _Wrong as wrong:
            # Addresses carry passwords: only what stands before the first colon is repeated.
            shown = value.partition(":")[0] + ":…" if name.endswith("_URL") else value
            message = text(
                f"{name}（现为“{shown}”）应为{wrong.wanted['zh']}",
                f'{name} is "{shown}" but should be {wrong.wanted["en"]}.',
            )
            self.problems.append(Problem(path=name, message=message))
            return default

    def refuse_misspelled(self) -> None:
        for name in sorted(self.env):
            if not name.startswith("JIMU_") or name in VARIABLES:
                continue
            for meant in difflib.get_close_matches(name, VARIABLES, n=1, cutoff=0.85):
                message = text(
                    f"没有 {name} 这一项，是否想写 {meant}?",
                    f"There is no setting {name}; did you mean {meant}?",
                )
                self.problems.append(Problem(path=name, message=message))


def _folder(value: str) -> Path:
    # A question mark would end the file name inside a database address.
    if "?" in value or "\0" in value:
        raise _Wrong("不含问号的路径", "a path without a question mark")
    return Path(value).expanduser().absolute()


def _database(value: str) -> str:
    if value.startswith("sqlite:///") and len(value) > len("sqlite:///"):
        return value
    scheme, slashes, rest = value.partition("://")
    if slashes and rest and scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        return f"postgresql+psycopg://{rest}"
    raise _Wrong(
        "sqlite:///文件 或 postgresql://用户:密码@主机/库名",
        "sqlite:///file or postgresql://user:password@host/name",
    )


def _redis(value: str) -> str:
    scheme, slashes, rest = value.partition("://")
    if slashes and rest and scheme in ("redis", "rediss", "unix"):
        return value
    raise _Wrong(
        "redis://主机:端口/0、rediss:// 或 unix:///套接字路径",
        "redis://host:port/0, rediss://... or unix:///path/of/the/socket",
    )


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, half an IPv6 address
        fine = False
    if not fine or parts.query or parts.fragment:
        raise _Wrong("https://jimu.example.com 这样的网址", "like https://jimu.example.com")
    return value.rstrip("/")


def _reachable(host: str, port: int) -> str:
    """The address a browser on this machine can open."""
    if host in ("0.0.0.0", "::"):
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _hosts(value: str) -> tuple[str, ...]:
    found = tuple(each.lower() for each in re.split(r"[,\s]+", value) if each)
    for each in found:
        try:
            ipaddress.ip_network(each)
        except ValueError:
            if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", each) or each.isdigit():
                raise _Wrong(
                    "用逗号分隔的主机名或网段，如 crm.lan, 10.0.0.0/8",
                    "host names or networks with commas between, like crm.lan, 10.0.0.0/8",
                ) from None
    return found


def _zone(value: str) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _Wrong(
            "Asia/Shanghai 这样的时区名", "a time zone's name, like Asia/Shanghai"
        ) from None


def _number(least: int, most: int) -> Callable[[str], int]:
    def convert(value: str) -> int:
        # Digits only, and few: int() takes underscores and other scripts' digits too.
        if re.fullmatch(r"[0-9]{1,12}", value) and least <= int(value) <= most:
            return int(value)
        raise _Wrong(f"{least} 到 {most} 之间的整数", f"a whole number from {least} to {most}")

    return convert


def _one_of(*allowed: str) -> Callable[[str], str]:
    def convert(value: str) -> str:
        if value.lower() in allowed:
            return value.lower()
        raise _Wrong(" / ".join(allowed) + " 之一", "one of " + ", ".join(allowed))

    return convert


def _log_format(value: str) -> LogFormat:
    return "json" if _one_of("console", "json")(value) == "json" else "console"
