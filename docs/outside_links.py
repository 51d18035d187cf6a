"""For the site made of docs/: a file elsewhere that a page links to becomes part of the site, below `source/`."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from properdocs.structure.files import File, InclusionLevel

ROOT = Path(__file__).resolve().parents[1]
DOCS, OUTSIDE = "docs/", "source/"
LINK = re.compile(r"\[([^\[\]]*)\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)")


def on_files(files: Any, config: Any) -> Any:
    """Add what pages link to; what is a page itself brings what it links to in its turn."""
    waiting = [file.src_uri for file in files.documentation_pages()]
    while waiting:
        page = waiting.pop()
        text = _in_repository(page).read_text(encoding="utf-8")
        for target in {_in_site(page, link) for _, link, _ in LINK.findall(text)}:
            file = _in_repository(target)
            if target.startswith(OUTSIDE) and file.is_file() and not files.get_file_from_path(target):
                added = File.generated(config, target, abs_src_path=str(file), inclusion=InclusionLevel.NOT_IN_NAV)
                files.append(added)
                waiting += [target] if added.is_documentation_page() else []
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Lead each link to its file's place in the site. A folder has none: its name stays, as text."""
    here = page.file.src_uri

    def moved(link: re.Match[str]) -> str:
        target = _in_site(here, link[2])
        if _in_repository(target).is_dir():
            return link[1]
        return f"[{link[1]}]({posixpath.relpath(target, posixpath.dirname(here) or '.')}{link[3] or ''})"

    return LINK.sub(moved, markdown)


def _in_repository(place: str) -> Path:
    return ROOT / (place.removeprefix(OUTSIDE) if place.startswith(OUTSIDE) else DOCS + place)


def _in_site(page: str, link: str) -> str:
    """The place of what a page's link leads to."""
    folder = _in_repository(page).parent.relative_to(ROOT)
    target = posixpath.normpath(posixpath.join(folder.as_posix(), link))
    return target.removeprefix(DOCS) if target.startswith(DOCS) else OUTSIDE + target
