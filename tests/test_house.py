"""The rules of the house, run: sizes, names, documented settings and words, import contracts, the API's shape."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any  # TOML

import django.apps
import pytest
from django.core.management import call_command
from packaging.utils import canonicalize_name

from tests.api_document import parsed

ROOT = Path(__file__).resolve().parent.parent
HOUSES = ("inference", "training", "webplatform")
MAX_MODULE_LINES, MAX_FUNCTION_LINES, MAX_ARGUMENTS = 300, 40, 6
REFUSED_NAMES = {"utils", "helpers", "core", "manager", "misc"}

# The layers of an app's modules from top to bottom, as pyproject.toml lists them: "In each app the path is a line".
DOORS = ("urls", "apps", "doors")
LAYERS = (*DOORS, "presenters", "services", "tasks", "work", "serializers", "queries", "models", "values")
HTTP_ERRORS = (
    "django.http.Http404",
    "django.shortcuts.get_object_or_404",
    "django.core.exceptions.PermissionDenied",
    "rest_framework.exceptions",
)
ROLE_NAMED = (
    r"\bRole\.(OWNER|ANALYST|VIEWER)\b"
    r"|[\"'](analyst|viewer)[\"']"
    r"|\brole\w*[\"']?\s*(==|!=|=|:|\bin\b)[^\n]*[\"']owner[\"']"
)
ADMIN_ASKED = r"\bis_staff\s*=|\.is_staff\b|__is_staff\b|[\"']is_staff[\"']\s*:|\bIsAdminUser\b"
# Where a role is named without asking what it may do.
NAMED_ROLES = {
    "webplatform/studies/roles.py": "the table",
    "webplatform/studies/services.py": "whoever makes a study becomes its owner",
    "webplatform/studies/queries.py": "the order of a list of members",
    "webplatform/studies/forms.py": "what a menu of roles begins with",
}
ADMIN_FLAG = {
    "webplatform/accounts/permissions.py": "the one place that asks it",
    "webplatform/accounts/models.py": "createsuperuser sets it",
    "webplatform/operations/services.py": "the demonstration's account gets it and loses it",
    "webplatform/retention/copying.py": "a copy of everything held of a person says whether it is set",
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


def test_what_apps_share_lies_in_a_package_that_says_what_it_is_for():
    assert {p.stem for p in (ROOT / "webplatform/common").glob("*.py")} == {"__init__", "admin", "errors"}


def test_an_app_serves_its_own_pages_only():
    """Its addresses lead to its own views, and these show its own templates: a feature lies in one place."""
    texts = {path: path.read_text(encoding="utf-8") for path in modules() if path.is_relative_to(ROOT / "webplatform")}
    apps = {path: path.relative_to(ROOT / "webplatform").parts[0] for path in texts}
    templates_of = {path: re.findall(r"\"([a-z_]+)/[a-z_/]+\.html\"", text) for path, text in texts.items()}
    assert [place(path) for path, named in templates_of.items() if set(named) - {apps[path]}] == []
    urls = [path for path in texts if path.stem.endswith("urls") and path.parents[1] != ROOT]
    served = {path: re.findall(r"^from webplatform\.(\w+)", texts[path], re.MULTILINE) for path in urls}
    assert len(urls) > 20
    assert [place(path) for path, found in served.items() if set(found) - {apps[path]}] == []


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
    allowed = {
        "webplatform/settings.py",
        "webplatform/common/configuration/environment.py",
        "webplatform/operations/launch.py",
    }
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


@cache
def contracts() -> list[dict[str, Any]]:
    return tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]


@cache
def layers() -> dict[str, str]:
    """The layer of each module of an app by its name, or its folder's."""
    listed = next(c for c in contracts() if c["name"] == "In each app the path is a line")["layers"]
    return {name: of for of, names in zip(LAYERS, listed, strict=True) for name in re.findall(r"\w+", names)}


def layer(name: str) -> str | None:
    """The layer of `webplatform.app.module`; None for what is no module of an app with layers."""
    parts = name.split(".")
    is_in_line = len(parts) > 2 and parts[0] == "webplatform" and parts[1] not in {"common", "jobs", "vault"}
    return layers().get(parts[2]) if is_in_line else None


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def imports() -> list[tuple[Path, str, str]]:
    """Each module of an app, and one thing that it imports: the module and the name."""
    apps = [path for path in modules() if path.is_relative_to(ROOT / "webplatform") and path.parents[1] != ROOT]
    trees = [(path, ast.walk(ast.parse(path.read_text(encoding="utf-8")))) for path in apps]
    froms = [(path, node) for path, nodes in trees for node in nodes if isinstance(node, ast.ImportFrom)]
    return [(path, node.module or "", alias.name) for path, node in froms for alias in node.names]


def imported_module(module: str, name: str) -> str:
    whole = f"{module}.{name}"
    is_module = (ROOT / whole.replace(".", "/")).with_suffix(".py").is_file()
    return whole if is_module else module


def test_every_module_of_the_platform_has_a_layer():
    listed = {c for contract in contracts() if contract.get("exhaustive") for c in contract.get("containers", ())}
    apps = {module_name(path.parent) for path in (ROOT / "webplatform").glob("*/__init__.py")}
    assert apps - listed == set(), "An app without a contract that covers all of its modules."
    names = [module_name(path) for path in modules() if path.name != "__init__.py"]
    inside = [name for name in names if name.count(".") > 1 and name.startswith("webplatform.")]
    line = [name for name in inside if name.split(".")[1] not in {"common", "jobs", "vault", "locale"}]
    assert len(line) > 300
    assert [name for name in line if layer(name) is None] == [], (
        "Name it in pyproject.toml, in the layer it belongs to."
    )


def test_no_module_below_the_doors_imports_one():
    below = [(path, imported_module(module, name)) for path, module, name in imports()]
    below = [(path, name) for path, name in below if layer(module_name(path)) not in {*DOORS, None}]
    assert len(below) > 1000
    assert [(place(path), name) for path, name in below if layer(name) in DOORS] == []


def test_no_view_imports_a_view():
    """What two of them share lies below: in downloads, forms, a page's data. A socket may extend another app's."""
    doors = [(path, imported_module(module, name)) for path, module, name in imports()]
    doors = [(path, name) for path, name in doors if layer(module_name(path)) == "doors" and layer(name) == "doors"]
    assert [(place(path), name) for path, name in doors if not name.endswith(".consumers")] == []


def test_only_the_doors_raise_http_errors():
    named = [(path, f"{module}.{name}") for path, module, name in imports() if layer(module_name(path)) != "doors"]
    named = [(path, name) for path, name in named if not path.is_relative_to(ROOT / "webplatform" / "common")]
    assert [(place(path), name) for path, name in named if name.startswith(HTTP_ERRORS)] == []


def test_what_a_role_may_do_is_said_in_one_place():
    """Ask `studies.permissions`, `studies.roles` or `Membership.objects.who_may`; a right is a line of the table."""
    role = re.compile(ROLE_NAMED)
    assert {place(p) for p in modules() if role.search(p.read_text(encoding="utf-8"))} == set(NAMED_ROLES)


def test_who_is_an_admin_is_said_in_one_place():
    """Ask `accounts.permissions`, `accounts.staff` in views and in the REST API."""
    flag = re.compile(ADMIN_ASKED)
    found = {place(p) for p in modules() if flag.search(p.read_text(encoding="utf-8"))}
    assert sorted(found - set(ADMIN_FLAG)) == []


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
