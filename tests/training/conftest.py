"""Drawn faces on disk and the bundle that one command makes of them, once for all tests."""

import subprocess
import sys

import pytest

from inference import SHIPPED_BUNDLE
from tests.training.faces import write_tree


@pytest.fixture(scope="session")
def drawn_faces(tmp_path_factory):
    return write_tree(tmp_path_factory.mktemp("faces") / "own", 40)


@pytest.fixture(scope="session")
def trained(drawn_faces, tmp_path_factory):
    """The registry that one command of the README makes, and what it printed."""
    out = tmp_path_factory.mktemp("registry")
    arguments = ["train", "--recipe", "small", "--data", str(drawn_faces), "--out", str(out), "--epochs", "12"]
    done = subprocess.run([sys.executable, "-m", "training", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return out, done.stdout


@pytest.fixture(scope="session")
def small_bundle(trained):
    return trained[0] / "small-1"


@pytest.fixture(scope="session")
def shipped():
    return SHIPPED_BUNDLE
