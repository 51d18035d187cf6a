"""The engine cache of a process, on a real Engine whose parts were never loaded."""

from __future__ import annotations

import threading

import pytest

import inference
from webplatform.common.errors import Conflict
from webplatform.modelhub.engines import MAX_ENGINES, engine_for, forget_engines
from webplatform.modelhub.services import ensure_active_model, register_bundle

pytestmark = pytest.mark.django_db


@pytest.fixture
def loads(monkeypatch) -> list[str]:
    """The versions that were loaded, in order; the weights of these bundles are not real, so no part is built."""
    seen: list[str] = []

    def load(path, *, backend):
        bundle = inference.read_bundle(path)
        seen.append(bundle.spec.version)
        return inference.Engine(None, None, bundle=bundle)

    monkeypatch.setattr(inference, "load_engine", load)
    forget_engines()  # numbers of rows come again: an earlier test's version may have had this one's
    return seen


@pytest.fixture
def versions(tmp_path, make_bundle):
    return [register_bundle(path=make_bundle(tmp_path / name, name)) for name in "abc"]


def test_a_version_is_loaded_once(versions, loads):
    assert engine_for(versions[0]) is engine_for(versions[0])
    assert loads == ["a"]


def test_each_version_has_its_own_engine(versions, loads):
    assert engine_for(versions[0]) is not engine_for(versions[1])
    assert loads == ["a", "b"]


def test_threads_that_ask_at_once_share_one_engine(versions, loads):
    found, start = [], threading.Barrier(4)

    def ask() -> None:
        start.wait(10)
        found.append(engine_for(versions[0]))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == ["a"]
    assert len({id(engine) for engine in found}) == 1


def test_promotions_do_not_make_the_process_grow(versions, loads):
    for version in versions:
        engine_for(version)
    engine_for(versions[-1])
    assert loads == ["a", "b", "c"]
    engine_for(versions[0])
    assert loads == ["a", "b", "c", "a"]
    assert MAX_ENGINES == 2


def test_a_bundle_that_is_gone_is_an_error_that_says_so(versions, loads):
    versions[0].folder.rename(versions[0].folder.with_name("elsewhere"))
    with pytest.raises(Conflict, match="no model bundle"):
        engine_for(versions[0])


def test_a_bundle_that_was_exchanged_is_refused_though_it_is_whole(versions, loads):
    first, second = versions[0].folder, versions[1].folder
    first.rename(first.with_name("x"))
    second.rename(first)
    with pytest.raises(Conflict, match="not the one that was registered"):
        engine_for(versions[0])


def test_the_shipped_model_is_ready_after_ensuring_it():
    version = ensure_active_model()
    engine = engine_for(version)
    assert engine.bundle.digest == version.digest
    assert version.bundle_path.startswith("inference/bundles/")
