"""The designer's files and the document's page."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.api.conftest import Client
from tests.api.one_database import store_url  # noqa: F401


@pytest.fixture
def built(tmp_path: Path) -> Path:
    folder = tmp_path / "screens"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>积木</title>", "utf-8")
    (folder / "assets" / "app-1a2b.js").write_text("export {}")
    (folder / "assets" / "big-3c4d.js").write_text("export {}")
    (folder / "assets" / "big-3c4d.js.gz").write_bytes(gzip.compress(b"export {}"))
    (tmp_path / "secret.txt").write_text("secret")
    return folder


HTML = {"Accept": "text/html,*/*"}


def test_an_unbuilt_designer_says_how_to_build_it(anybody: Client) -> None:
    found = anybody.get("/")
    assert found.status_code == 200
    assert "make setup" in found.get_data(as_text=True)
    assert anybody.get("/flows", headers=HTML).mimetype == "text/html"
    assert anybody.get("/flows").status_code == 404


def test_the_designer_answers_on_every_page_of_its_own(built: Path, anybody: Client) -> None:
    for address in ("/", "/flows/vip", "/index.html"):
        found = anybody.get(address, headers=HTML)
        assert "积木" in found.get_data(as_text=True), address
        assert found.headers["Cache-Control"] == "no-cache"
    assert anybody.get("/flows/vip").status_code == 404  # a program is told that nothing is there
    asset = anybody.get("/assets/app-1a2b.js")
    assert "immutable" in asset.headers["Cache-Control"]
    packed = anybody.get("/assets/big-3c4d.js", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.mimetype == "text/javascript"
    assert gzip.decompress(packed.data) == b"export {}"
    plain = anybody.get("/assets/big-3c4d.js")
    assert (plain.data, plain.headers["Vary"]) == (b"export {}", "Accept-Encoding")
    assert (
        anybody.get("/assets/app-1a2b.js", headers={"Accept-Encoding": "gzip"}).data == asset.data
    )
    assert anybody.get("/assets/gone.js").status_code == 404
    assert anybody.get("/api/nothing", headers=HTML).mimetype == "application/problem+json"
    assert anybody.get("/hooks/nothing", headers=HTML).status_code == 404
    assert anybody.post("/flows/vip", {}).status_code == 404
    for address in ("/../secret.txt", "/%2e%2e/secret.txt", "/assets/../../secret.txt"):
        assert "secret" not in anybody.get(address).get_data(as_text=True)


def test_the_page_of_the_document_loads_nothing_from_elsewhere(anybody: Client) -> None:
    page = anybody.get("/api/docs").get_data(as_text=True)
    assert "http:" not in page
    assert "https:" not in page
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js"):
        assert f"/api/docs/{name}" in page
        assert anybody.get(f"/api/docs/{name}").status_code == 200
    assert "validatorUrl: null" in anybody.get("/api/docs/start.js").get_data(as_text=True)
    assert anybody.get("/api/docs/setup.py").status_code == 404


def test_the_document_is_served(anybody: Client) -> None:
    found = anybody.get("/api/openapi.json")
    assert found.json["openapi"] == "3.1.0"
    tag = {"If-None-Match": found.headers["ETag"]}
    assert anybody.get("/api/openapi.json", headers=tag).status_code == 304
