"""Drawn faces on disk and the bundle that one command makes of them, once for all tests."""

import fcntl
import io
import os
from contextlib import redirect_stdout

import pytest

from inference import SHIPPED_BUNDLE
from tests.training.faces import write_tree
from training.__main__ import main

SMALLEST = ("--epochs", "4", "--width", "8", "--batch-size", "16")  # that knows nine of ten drawn faces


@pytest.fixture(scope="session")
def drawn_faces(tmp_path_factory):
    return write_tree(tmp_path_factory.mktemp("faces") / "own", 40)


@pytest.fixture(scope="session")
def trained(drawn_faces, tmp_path_factory):
    """The registry that one command of the README makes, and what it printed; once for all test processes."""
    base = tmp_path_factory.getbasetemp()
    base = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    out, printed = base / "registry", base / "printed.txt"
    with (base / "registry.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not printed.exists():
            arguments = ["train", "--recipe", "small", "--data", str(drawn_faces), "--out", str(out), *SMALLEST]
            with redirect_stdout(io.StringIO()) as told:
                assert main(arguments) == 0
            printed.write_text(told.getvalue(), encoding="utf-8")
    return out, printed.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def small_bundle(trained):
    return trained[0] / "small-1"


@pytest.fixture(scope="session")
def shipped():
    return SHIPPED_BUNDLE
