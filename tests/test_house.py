"""The rules of the house, run: sizes, names, documented settings and words, import contracts, the API's shape."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path

import django.apps
import pytest
from django.core.management import call_command
from packaging.utils import canonicalize_name

from tests.api_document import parsed

ROOT = Path(__file__).resolve().parent.parent
HOUSES = ("inference", "training", "webplatform")
MAX_MODULE_LINES, MAX_FUNCTION_LINES, MAX_ARGUMENTS = 300, 40, 6
REFUSED_NAMES = {"utils", "helpers", "core", "manager", "misc"}

# The layer of each module, by the last word of its name or its folder; what has none of these names is domain code.
LAYERS = {
    "page": {"urls", "api", "views", "pages", "consumers", "admin", "forms", "apps", "management", "templatetags"},
    "pure": {"services", "tasks", "work", "queries", "models", "events"},
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules() -> list[Path]:
    found = (path for house in HOUSES for path in (ROOT / house).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


@cache
def functions() -> list[tuple[Path, Function]]:
    trees = ((path, ast.parse(path.read_text(encoding="utf-8"))) for path in modules())
    return [(path, node) for path, tree in trees for node in ast.walk(tree) if isinstance(node, Function)]


def templates() -> list[Path]:
    return sorted((ROOT / "webplatform").rglob("templates/**/*.html"))


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def place(path: Path, node: Function | None = None) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno} {node.name}" if node else str(path.relative_to(ROOT))


def test_no_module_is_longer_than_300_lines_but_the_settings():
    counted = [p for p in modules() if place(p) != "webplatform/settings.py"]
    assert [place(p) for p in counted if len(p.read_text(encoding="utf-8").splitlines()) > MAX_MODULE_LINES] == []


def test_no_function_is_longer_than_40_lines():
    assert [place(p, f) for p, f in functions() if f.end_lineno - f.lineno + 1 > MAX_FUNCTION_LINES] == []


def test_no_function_takes_more_than_6_arguments():
    def count(node: Function) -> int:
        names = [a.arg for a in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        return len([name for name in names if name not in {"self", "cls"}])

    assert [place(p, f) for p, f in functions() if count(f) > MAX_ARGUMENTS] == []


def test_no_module_has_a_name_that_says_nothing():
    assert [place(p) for p in modules() if REFUSED_NAMES & {p.stem, *p.relative_to(ROOT).parts[:-1]}] == []


def test_no_app_is_called_sessions():
    assert [a.label for a in django.apps.apps.get_app_configs() if a.name == "webplatform.sessions"] == []


def test_every_environment_variable_is_documented():
    settings = read("webplatform/settings.py")
    used = set(re.findall(r"(?:env\.\w+|_required_in_production)\(\s*\"([A-Z][A-Z0-9_]+)\"", settings))
    documented = set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", read(".env.example"), flags=re.MULTILINE))
    compose_only = set(re.findall(r"\$\{([A-Z_]+)", read("docker-compose.yml"))) - used
    assert used | compose_only | {"WEB_CONCURRENCY", "COMPOSE_PROFILES"} == documented  # uvicorn and compose read these


def test_the_environment_is_read_in_the_settings_only():
    readers = [p for p in modules() if re.search(r"\benviron\.(get|Env)\b|\bgetenv\(", p.read_text(encoding="utf-8"))]
    allowed = {"webplatform/settings.py", "webplatform/common/environment.py", "webplatform/operations/launch.py"}
    assert {place(p) for p in readers} <= allowed


def glossary() -> list[tuple[str, str]]:
    rows = re.findall(r"^\| ([^|]+?) \| [^|]+ \| ([^|]+?) \|$", read("docs/glossary.md"), flags=re.MULTILINE)
    return [(word, where.strip("`")) for words, where in rows[2:] for word in re.split(r", | / ", words.strip("*"))]


def test_every_model_is_a_word_of_the_glossary():
    ours = [m for m in django.apps.apps.get_models() if m.__module__.startswith("webplatform.")]
    assert sorted({m.__name__ for m in ours} - {word for word, _ in glossary()}) == []


@pytest.mark.parametrize(("word", "where"), glossary())
def test_a_word_of_the_glossary_exists_where_it_says(word: str, where: str):
    assert hasattr(import_module(where), word)


def test_the_import_contracts_are_kept():
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def layer(parts: tuple[str, ...]) -> str:
    words = {*parts[:-1], parts[-1].rpartition("_")[2]}
    return next((name for name, ends in LAYERS.items() if ends & words), "domain")


def imports() -> list[tuple[Path, str, str]]:
    """Each module of an app, its layer, and one thing that it imports, by its whole name."""
    apps = [path for path in modules() if path.is_relative_to(ROOT / "webplatform") and path.parents[1] != ROOT]
    trees = [(path, ast.walk(ast.parse(path.read_text(encoding="utf-8")))) for path in apps]
    froms = [(path, node) for path, nodes in trees for node in nodes if isinstance(node, ast.ImportFrom)]
    named = [(path, f"{node.module}.{alias.name}") for path, node in froms for alias in node.names]
    return [(path, layer(path.relative_to(ROOT).with_suffix("").parts), name) for path, name in named]


def test_no_module_below_the_pages_imports_one():
    def is_page(name: str) -> bool:
        parents = [name, name.rpartition(".")[0]]
        files = [one for one in parents if (ROOT / one.replace(".", "/")).with_suffix(".py").is_file()]
        return any(layer(tuple(one.split("."))) == "page" for one in files if one.startswith("webplatform."))

    assert len(imports()) > 1000
    assert [(place(path), name) for path, of, name in imports() if of != "page" and is_page(name)] == []


def test_services_work_and_queries_raise_no_http_errors():
    errors = ("django.http.Http404", "django.core.exceptions.PermissionDenied", "rest_framework.exceptions.")
    assert [(place(path), name) for path, of, name in imports() if of == "pure" and name.startswith(errors)] == []


def shape(text: str) -> object:
    """The document without the bounds of whole numbers that are the database's own: SQLite's are wider."""
    bounds = r"^ +(maximum: (32767|2147483647|9223372036854775807)|minimum: -\d{5,}|format: int64)\n"
    return parsed(re.sub(bounds, "", text, flags=re.MULTILINE))


@pytest.mark.django_db
def test_the_api_changes_its_shape_on_purpose_only(tmp_path: Path):
    """Where this is on purpose: .venv/bin/python manage.py spectacular --file docs/openapi.yml"""
    call_command("spectacular", validate=True, fail_on_warn=True, file=str(tmp_path / "now.yml"))
    assert shape((tmp_path / "now.yml").read_text(encoding="utf-8")) == shape(read("docs/openapi.yml"))


def test_every_page_extends_a_base():
    texts = {path: path.read_text(encoding="utf-8") for path in templates()}
    included = {name for text in texts.values() for name in re.findall(r"{% include [\"']([^\"']+)", text)}
    tags = "".join(path.read_text(encoding="utf-8") for path in modules() if "templatetags" in path.parts)
    included |= set(re.findall(r"inclusion_tag\(\"([^\"]+)", tags))
    # Django renders 400 and 500 without a request: a base that greets the user would fail in its turn.
    exempt = (*included, "base.html", "400.html", "500.html", "parts/form.html", "drf_spectacular/swagger_ui.html")
    pages = [path for path in texts if not str(path).endswith(exempt)]
    assert [place(path) for path in pages if "{% extends" not in texts[path]] == []


def test_no_template_has_inline_script_or_style():
    inline = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=\"|javascript:", re.IGNORECASE)
    assert [place(p) for p in templates() if inline.search(p.read_text(encoding="utf-8"))] == []


def dependencies() -> str:
    return read("docs/decisions.md").partition("## Dependencies")[2].lower()


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_and_explained_once(file: str):
    lines = [line for line in read(file).splitlines() if line and not line.startswith(("#", "-r"))]
    pinned = re.compile(r"([A-Za-z0-9._-]+)(?:\[[a-z]+\])?==[0-9][0-9a-z.]*(?:; .+)?")
    names = [pinned.fullmatch(line).group(1) for line in lines]
    assert [name for name in names if dependencies().count(f"`{name.lower()}`") != 1] == []


def locked(file: str) -> dict[str, set[str]]:
    """Return the versions that a lock file allows of each package; a version without a hash is none."""
    pairs = re.findall(r"^([a-z0-9.-]+)==(\S+?)(?: ; .+)? \\\n    --hash=sha256:", read(file), re.MULTILINE)
    return {name: {version for other, version in pairs if other == name} for name, _ in pairs}


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_the_lock_file_names_every_requirement_at_its_version_with_hashes(name: str):
    wanted = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[a-z]+\])?==([0-9][0-9a-z.]*)", read(f"{name}.txt"), re.MULTILINE)
    lock = locked(f"{name}.lock")
    assert [f"{n}=={v}" for n, v in wanted if lock.get(canonicalize_name(n)) != {v}] == []
    assert len(re.findall(r"^[a-z0-9.-]+==", read(f"{name}.lock"), re.MULTILINE)) == sum(map(len, lock.values()))


def test_every_package_of_the_browser_is_pinned_locked_and_explained_once():
    package, lock = json.loads(read("package.json")), json.loads(read("package-lock.json"))["packages"]
    wanted = package["dependencies"] | package["devDependencies"]
    assert [name for name, version in wanted.items() if lock[f"node_modules/{name}"]["version"] != version] == []
    assert [name for name in wanted if dependencies().count(f"`{name}`") != 1] == []


def test_every_link_of_the_documents_leads_somewhere():
    documents = [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *(ROOT / "docs").glob("*.md"),
        ROOT / "benchmarks" / "README.md",
    ]
    links = [
        (d, link) for d in documents for link in re.findall(r"\]\((?!https?:)([^)#]+)", d.read_text(encoding="utf-8"))
    ]
    assert [f"{place(d)}: {link}" for d, link in links if not (d.parent / link).exists()] == []


def test_nothing_is_left_to_do():
    marks = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    assert [place(p) for p in modules() if marks.search(p.read_text(encoding="utf-8"))] == []
