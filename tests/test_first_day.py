"""What somebody new meets first: the hooks of a commit, the development container, the documentation's site."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pre_commit.clientlib import load_config
from properdocs.commands.build import build
from properdocs.config import load_config as load_site

ROOT = Path(__file__).resolve().parent.parent
KINDS = ["Tutorials", "How to", "Reference", "Explanation"]
LOADED_BY = {"src", "srcset", "data", "poster", "background"}  # attributes; `href` loads by <link> alone
ELSEWHERE = re.compile(r"^\s*(https?:)?//", re.IGNORECASE)
LOADED_BY_STYLES = re.compile(r"(?:url\(|@import)\s*[\"']?([^\"')\s]+)")
ASKS = r"(?:\bsrc\s*=|\bhref\s*=|\bfetch\(|\bimport\(|\.open\()"
LOADED_BY_SCRIPTS = re.compile(ASKS + r"[^;\n]{0,40}?[\"'`]((?:https?:)?//[^\"'`]+)")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def recipe(target: str) -> str:
    return re.search(rf"^{target}:.*\n((?:\t.*\n| .*\n)+)", read("Makefile"), re.MULTILINE)[1]


def test_a_commit_is_checked_by_tools_of_make_lint_and_nothing_is_fetched():
    repositories = load_config(str(ROOT / ".pre-commit-config.yaml"))["repos"]
    assert [one["repo"] for one in repositories] == ["local"]
    hooks = repositories[0]["hooks"]
    assert {hook["language"] for hook in hooks} == {"unsupported"}  # what pre-commit calls `system` since 4.4
    assert [hook["id"] for hook in hooks if not all((ROOT / p).exists() for p in paths_of(hook["entry"]))] == []
    assert [hook["name"] for hook in hooks if hook["name"] not in recipe("lint")] == []
    assert [hook["name"] for hook in hooks if f"{hook['name']} " not in f"{hook['entry']} "] == []


def paths_of(command: str) -> list[str]:
    return re.findall(r"(?:\.venv|node_modules)/\S+", command)


def test_the_development_container_has_the_python_of_the_image_and_sets_itself_up():
    container = json.loads(read(".devcontainer/devcontainer.json"))
    assert re.search(r"^FROM (python:[\d.]+)", read("Dockerfile"), re.MULTILINE)[1] == container["image"]
    assert container["postCreateCommand"] == "make setup"
    assert container["forwardPorts"] == [8000]


def test_contributors_are_told_of_both():
    assert ".venv/bin/pre-commit install" in read("CONTRIBUTING.md")
    assert "(.devcontainer/devcontainer.json)" in read("CONTRIBUTING.md")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, as `make docs` builds it: a broken link fails here."""
    folder = tmp_path_factory.mktemp("site")
    config = load_site(str(ROOT / "mkdocs.yml"), site_dir=str(folder), strict=True)
    assert [next(iter(one)) for one in config.nav[1:]] == KINDS
    build(config)
    return folder


class Loads(HTMLParser):
    """The addresses that a browser asks by itself when it shows a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in LOADED_BY or (name, tag) == ("href", "link")]
        self.found += [url for name, value in attrs if name == "style" for url in LOADED_BY_STYLES.findall(value or "")]

    def handle_data(self, text: str) -> None:
        if self.cdata_elem:
            self.found += (LOADED_BY_SCRIPTS if self.cdata_elem == "script" else LOADED_BY_STYLES).findall(text)


def loads(file: Path) -> list[str]:
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".html":
        page = Loads()
        page.feed(text)
        return page.found
    return (LOADED_BY_STYLES if file.suffix == ".css" else LOADED_BY_SCRIPTS).findall(text)


def test_the_site_loads_nothing_from_another_host(site: Path):
    files = [file for file in site.rglob("*") if file.suffix in {".html", ".css", ".js"}]
    found = {str(file.relative_to(site)): [url for url in loads(file) if ELSEWHERE.match(url)] for file in files}
    assert {name: urls for name, urls in found.items() if urls} == {}
    assert {"index.html", "api.html", "css/base.css", "search/main.js"} <= found.keys()


def test_what_would_be_loaded_from_elsewhere_is_seen(tmp_path: Path):
    (tmp_path / "a.html").write_text('<link href="//a.example/x"><a href="https://b.example">b</a><img src="c">')
    (tmp_path / "a.css").write_text("@import 'https://c.example/x'; p { background: url(//d.example/y) }")
    (tmp_path / "a.js").write_text("script.src = 'https://e.example/z.js'; say('https://f.example')")
    found = [url for name in ("a.html", "a.css", "a.js") for url in loads(tmp_path / name) if ELSEWHERE.match(url)]
    assert [re.search(r"\w+(?=\.example)", url)[0] for url in found] == ["a", "c", "d", "e"]


def test_the_site_can_be_searched_and_holds_what_its_pages_link_to(site: Path):
    entries = json.loads((site / "search/search_index.json").read_text(encoding="utf-8"))["docs"]
    assert {"studies.html", "operations.html"} <= {entry["location"] for entry in entries}
    assert (site / "source/inference/bundles/raut-fer7/MODEL_CARD.html").is_file()
    assert (site / "source/deploy/nginx/raut.conf").is_file()
    assert not list(site.rglob("outside_links*"))
