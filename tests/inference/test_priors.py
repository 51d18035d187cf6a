"""How frequent expressions are expected to be, and what scores become."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from skimage.data import astronaut

from inference import EVEN, BadBundle, BadPrior, check_prior, load_engine, read_bundle
from inference.engine import SHIPPED_BUNDLE, Engine
from inference.priors import reweigh

HAPPY = 3


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine()


def test_scores_follow_bayes_rule_where_expressions_are_otherwise_frequent():
    scores = np.full((1, 7), 0.1, np.float32)
    scores[0, 0] = 0.4
    assumed = np.full(7, 0.1)
    assumed[0] = 0.4
    told = reweigh(scores, assumed, EVEN)  # what was only the frequency says nothing any more
    assert np.allclose(told, 1 / 7)


def test_the_same_shares_change_nothing():
    scores = np.random.default_rng(1).dirichlet(np.ones(7), 5).astype(np.float32)
    assert np.allclose(reweigh(scores, EVEN, EVEN), scores, atol=1e-6)


@pytest.mark.parametrize(
    "shares",
    [(), (0.5, 0.5), (1, 0, 0, 0, 0, 0, 0), (0.2,) * 7, ("a",) * 7, (float("nan"), *(1 / 6,) * 6), (None,) * 7],
)
def test_shares_that_cannot_be_used_are_refused(shares):
    with pytest.raises(BadPrior):
        check_prior(shares)


def test_shares_are_brought_to_a_sum_of_one():
    assert sum(check_prior((0.14, 0.14, 0.14, 0.14, 0.15, 0.14, 0.14))) == pytest.approx(1)


def test_the_shipped_model_states_what_its_scores_assume():
    assert sum(read_bundle(SHIPPED_BUNDLE).spec.prior) == pytest.approx(1, abs=1e-3)


def test_a_picture_is_read_with_the_shares_that_are_expected(engine):
    rare = check_prior(tuple(0.004 if at == HAPPY else 0.166 for at in range(7)))
    picture = astronaut()[..., ::-1].copy()
    plain, told = engine.read_image(picture), engine.read_image(picture, prior=rare)
    assert told.faces[0].scores[HAPPY] < plain.faces[0].scores[HAPPY]
    assert sum(told.faces[0].scores) == pytest.approx(1, abs=1e-4)


def test_a_model_that_states_nothing_cannot_be_told_what_to_expect(engine):
    class Silent:
        spec = replace(engine.spec, prior=())

        def classify(self, faces):
            return np.full((len(faces), 7), 1 / 7, np.float32)

    silent = Engine(engine._parts.detector, Silent())
    with pytest.raises(BadPrior):
        silent.read_image(astronaut(), prior=EVEN)


def test_a_bundle_with_an_impossible_prior_is_refused(tmp_path):
    import json
    import shutil

    from inference.bundle import CHECKSUM_FILE, SPEC_FILE, seal_bundle

    folder = tmp_path / "bundle"
    shutil.copytree(SHIPPED_BUNDLE, folder)
    spec = json.loads((folder / SPEC_FILE).read_text())
    (folder / SPEC_FILE).write_text(json.dumps({**spec, "prior": [2, 0, 0, 0, 0, 0, 0]}))
    (folder / CHECKSUM_FILE).unlink()
    seal_bundle(folder)
    with pytest.raises(BadBundle, match="prior"):
        read_bundle(folder)
