"""docs/openapi.yml as tests read it: parsed once for each process, and only when a test asks for it."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from webplatform.settings import ROOT


@cache
def api_document() -> dict[str, Any]:
    """Whoever gets it changes nothing in it."""
    return parsed((ROOT / "docs" / "openapi.yml").read_text(encoding="utf-8"))


def parsed(text: str) -> Any:
    """PyYAML's parser in C takes a fifth of the time of the one in Python."""
    return yaml.load(text, Loader=yaml.CSafeLoader)
