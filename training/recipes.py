"""The named recipes: training runs that are known to work."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from training.config import Augmentation, TrainingConfig
from training.errors import TrainingError

_STRONG = Augmentation(
    rotate_deg=12, zoom=0.13, shift=0.08, flip=True, contrast=0.3, brightness=20, erase=0.25, mixup=0.2, mixup_least=0.8
)

_TRANSFER: dict[str, Any] = {
    "weights": "imagenet",
    "frozen_epochs": 3,
    "fine_tune_rate": 0.1,
    "dropout": 0.4,
    "epochs": 20,
    "learning_rate": 1e-3,
    "label_smoothing": 0.05,
    "augmentation": Augmentation(rotate_deg=10, zoom=0.1, shift=0.06, flip=True, contrast=0.2, brightness=15),
}

_RESNET: dict[str, Any] = {
    "architecture": "resnet",
    "norm_momentum": 0.97,
    "batch_size": 256,
    "steps_per_call": 40,
    "optimizer": "sgd",
    "label_smoothing": 0.08,
    "ema_momentum": 0.998,
    "class_balance": 0.2,
    "mixed_precision": True,
}

RECIPES: dict[str, TrainingConfig] = {
    config.recipe: config
    for config in (
        TrainingConfig(
            recipe="paper",
            architecture="paper",
            width=32,
            dropout=0.25,
            epochs=50,
            batch_size=64,
            optimizer="adam",
            learning_rate=1e-4,
            warmup=0.0,
            schedule="constant",
            weight_decay=0.0,
            class_scaling=False,
            augmentation=Augmentation(rotate_deg=10, zoom=0.1, shift=0.05, flip=False),
        ),
        TrainingConfig(
            recipe="small",
            width=16,
            norm_momentum=0.9,
            epochs=8,
            batch_size=64,
            label_smoothing=0.05,
            augmentation=Augmentation(rotate_deg=10, zoom=0.1, shift=0.06, flip=True),
        ),
        TrainingConfig(recipe="transfer", architecture="vgg16", **_TRANSFER),
        TrainingConfig(recipe="transfer-resnet50", architecture="resnet50", **_TRANSFER),
        TrainingConfig(
            recipe="fine-tune",
            architecture="from_bundle",
            frozen_norms=True,
            wise_ft_alpha=0.2,
            epochs=30,
            batch_size=64,
            learning_rate=1e-4,
            label_smoothing=0.05,
            class_scaling=False,
            quantised=True,
            augmentation=Augmentation(rotate_deg=8, zoom=0.08, shift=0.05, flip=True, contrast=0.15, brightness=10),
        ),
        TrainingConfig(
            recipe="teacher",
            **_RESNET,
            width=64,
            squeeze=8,
            dropout=0.3,
            epochs=8,
            passes=13,
            learning_rate=0.15,
            weight_decay=5e-3,
            heads=(0.85, 0.15),
            augmentation=replace(_STRONG, erase=0.35, mixup=0.5, mixup_least=0.5),
        ),
        TrainingConfig(
            recipe="student",
            **_RESNET,
            width=32,
            dropout=0.1,
            epochs=12,
            passes=28,
            learning_rate=0.2,
            weight_decay=1e-3,
            heads=(0.7, 0.05, 0.25),
            teachers_weight=0.8,
            teachers_temperature=1.0,
            views=12,
            quantised=True,
            prior_correction=0.3,
            augmentation=replace(_STRONG, noise=0.2, downscale=0.25, erase=0.2, mixup_least=0.7),
        ),
        TrainingConfig(
            recipe="flagship",
            width=32,
            early_size=32,
            early_share=0.5,
            dropout=0.25,
            epochs=120,
            batch_size=64,
            learning_rate=3e-3,
            weight_decay=0.03,
            label_smoothing=0.05,
            ema_momentum=0.998,
            class_balance=0.2,
            mixed_precision=True,
            augmentation=_STRONG,
        ),
        TrainingConfig(
            recipe="refine",
            width=32,
            dropout=0.25,
            epochs=60,
            batch_size=64,
            learning_rate=1.5e-3,
            weight_decay=0.03,
            label_smoothing=0.05,
            ema_momentum=0.999,
            class_balance=0.2,
            mixed_precision=True,
            augmentation=replace(_STRONG, noise=0.2, downscale=0.2),
        ),
    )
}


def recipe_named(name: str) -> TrainingConfig:
    """The recipe of that name.

    Raises:
        TrainingError: there is none.
    """
    if name not in RECIPES:
        raise TrainingError(f"There is no recipe named {name}; there are {', '.join(sorted(RECIPES))}.")
    return RECIPES[name]
