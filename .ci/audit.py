"""Ask PyPI whether an installed package has a known vulnerability: fails for one, says loudly where PyPI is silent.

Run by .ci/run and `make audit`. It needs nothing but the standard library, and no network but PyPI's own address.
"""

from __future__ import annotations

import json
import sys
import urllib.request
from importlib.metadata import distributions
from typing import Any

PYPI = "https://pypi.org/pypi"
WAIT_S = 20


def known_vulnerabilities(name: str, version: str, *, index: str = PYPI) -> list[dict[str, Any]]:
    """What PyPI knows of a release, without what was withdrawn. Raises OSError where it cannot be asked."""
    with urllib.request.urlopen(f"{index}/{name}/{version}/json", timeout=WAIT_S) as answer:  # noqa: S310 (https)
        found = json.load(answer).get("vulnerabilities")
    if found is None:
        raise OSError("this index tells nothing about vulnerabilities")
    return [one for one in found if not one.get("withdrawn")]


def audit(packages: list[tuple[str, str]], *, index: str = PYPI) -> int:
    """The exit status: 1 for a vulnerability, 0 for none or where nobody could be asked."""
    bad = 0
    for place, (name, version) in enumerate(packages):
        try:
            found = known_vulnerabilities(name, version, index=index)
        except (OSError, ValueError) as error:  # the first failure is enough: the others would wait as long
            print(f"!! NOT CHECKED: {len(packages) - place} of {len(packages)} packages. PyPI did not answer: {error}")
            return bool(bad)
        for one in found:
            bad += 1
            fixed = ", ".join(one.get("fixed_in") or ["nothing yet"])
            print(f"VULNERABLE: {name} {version}: {one.get('id')}, fixed in {fixed}. {one.get('summary') or ''}")
    print(f"{len(packages)} packages checked: {bad} known vulnerabilities." if packages else "Nothing to check.")
    return bool(bad)


if __name__ == "__main__":
    installed = {(found.metadata["Name"], found.version) for found in distributions()}
    sys.exit(audit(sorted(installed)))
