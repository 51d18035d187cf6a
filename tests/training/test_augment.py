"""Random changes: reproducible, bounded, and none where none is asked for."""

import numpy as np

from tests.training.faces import draw_face
from training.augment import augment_pictures, mix_batch
from training.config import Augmentation
from training.recipes import recipe_named


def pictures(count=4):
    rng = np.random.default_rng(1)
    return np.stack([draw_face(at % 7, rng) for at in range(count)])[..., np.newaxis]


def test_no_augmentation_leaves_the_pictures_alone():
    out = augment_pictures(pictures(), Augmentation(), np.random.default_rng(1))
    np.testing.assert_allclose(out, pictures(), atol=1e-4)


def test_one_seed_gives_one_result_and_another_seed_another():
    how = recipe_named("flagship").augmentation
    first, again, other = (augment_pictures(pictures(), how, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_grey_levels_stay_within_their_range():
    out = augment_pictures(pictures(32), recipe_named("flagship").augmentation, np.random.default_rng(1))
    assert out.dtype == np.float32
    assert out.min() >= 0
    assert out.max() <= 255


def test_a_mirrored_picture_is_the_mirror_image():
    out = augment_pictures(pictures(64), Augmentation(flip=True), np.random.default_rng(1))
    same = [np.allclose(a, b, atol=1e-3) for a, b in zip(out, pictures(64), strict=True)]
    turned = [np.allclose(a, b[:, ::-1], atol=1e-3) for a, b in zip(out, pictures(64), strict=True)]
    assert all(one or other for one, other in zip(same, turned, strict=True))
    assert any(turned)


def test_mixing_keeps_the_sum_of_every_label():
    labels = np.eye(7, dtype=np.float32)
    inputs = pictures(7).astype(np.float32)
    _, mixed = mix_batch(inputs, labels, Augmentation(mixup=1.0, mixup_least=0.6), np.random.default_rng(1))
    np.testing.assert_allclose(mixed.sum(axis=1), 1, atol=1e-6)
    assert mixed.diagonal().min() >= 0.6


def test_cutmix_exchanges_a_square_and_its_share_of_the_label():
    labels = np.eye(7, dtype=np.float32)
    inputs = pictures(7).astype(np.float32)
    how = Augmentation(cutmix=1.0, mixup_least=0.6)
    mixed, shares = mix_batch(inputs, labels, how, np.random.default_rng(3))
    changed = (mixed != inputs).any(axis=-1).reshape(7, -1).mean(axis=1)
    lost = 1 - shares.diagonal()
    assert ((lost > 0) & (lost <= 0.4 + 1e-6)).sum() >= 5  # one that was exchanged with itself loses nothing
    assert (changed <= lost + 1e-6).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)


def test_pictures_can_be_shown_smaller():
    out = augment_pictures(pictures(), Augmentation(), np.random.default_rng(1), side=32)
    assert out.shape == (4, 32, 32, 1)
    assert abs(float(out.mean()) - float(pictures().mean())) < 3


def test_noise_and_downscaling_reach_their_share_of_the_pictures_only():
    plain = pictures(200).astype(np.float32)
    for how in (Augmentation(noise=0.25), Augmentation(downscale=0.25)):
        out = augment_pictures(pictures(200), how, np.random.default_rng(1))
        touched = (np.abs(out - plain).reshape(200, -1).max(axis=1) > 0.5).mean()
        assert 0.12 < touched < 0.38


def test_a_coarse_picture_has_lost_its_finest_lines():
    stripes = np.zeros((8, 48, 48, 1), np.uint8)
    stripes[:, :, ::2] = 255
    out = augment_pictures(stripes, Augmentation(downscale=1.0), np.random.default_rng(1))
    assert out.std(axis=(1, 2, 3)).max() < stripes.std()
    assert abs(float(out.mean()) - 127.5) < 5
