"""Training: labelled faces in, a bundle and its report out. Importing it loads no Keras."""

from training.checkpoint import EpochReport
from training.compare import compare_bundles
from training.config import Augmentation, TrainingConfig
from training.dataset import Dataset, DatasetReport, FaceSet, read_dataset
from training.errors import BadDataset, BadRegistry, Cancelled, TrainingError
from training.evaluate import evaluate_bundle
from training.frozen import freeze_dataset
from training.recipes import RECIPES, recipe_named
from training.registry import Registry
from training.robustness import measure_robustness
from training.run import RunOptions, TrainingReport, run_training
from training.shortfalls import LEAST_PICTURES, Shortfall, find_shortfalls

__all__ = [
    "LEAST_PICTURES",
    "RECIPES",
    "Augmentation",
    "BadDataset",
    "BadRegistry",
    "Cancelled",
    "Dataset",
    "DatasetReport",
    "EpochReport",
    "FaceSet",
    "Registry",
    "RunOptions",
    "Shortfall",
    "TrainingConfig",
    "TrainingError",
    "TrainingReport",
    "compare_bundles",
    "evaluate_bundle",
    "find_shortfalls",
    "freeze_dataset",
    "measure_robustness",
    "read_dataset",
    "recipe_named",
    "run_training",
]
