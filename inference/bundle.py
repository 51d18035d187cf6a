"""The bundle: a folder with a model's weights and all that is needed to use them. Immutable once written."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from inference.errors import BadBundle, BadPrior
from inference.priors import check_prior
from inference.types import EMOTIONS

SPEC_FILE = "spec.json"
METRICS_FILE = "metrics.json"
CARD_FILE = "MODEL_CARD.md"
CHECKSUM_FILE = "SHA256SUMS"
KERAS_FILE = "model.keras"
LITERT_FILE = "model.tflite"
_MOST_JSON_BYTES = 20 * 1024 * 1024
_MOST_NAME = 80
_TEXT, _INTEGER, _NUMBER = (str,), (int,), (int, float)
_KINDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("name", "version", "recipe", "created"), _TEXT),
    **dict.fromkeys(("seed", "input_size", "channels"), _INTEGER),
    **dict.fromkeys(("crop_margin", "crop_shift", "temperature", "abstain_below"), _NUMBER),
    "mirror": (bool,),
}
REQUIRED_FILES = (KERAS_FILE, LITERT_FILE, SPEC_FILE, METRICS_FILE, CARD_FILE)


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """How a bundle's weights must be fed and read.

    The network takes float32 `(n, input_size, input_size, channels)` with grey levels 0 to 255 (its first layer
    rescales) and returns float32 logits `(n, 7)` in `Emotion` order. Scores are `softmax(logits / temperature)`.

    Args:
        name, version: what the model is called; together they name it for a person.
        recipe, seed, created: the training that made it; `created` is ISO 8601 UTC.
        input_size: side of the square input, px.
        channels: 1 (grey).
        crop_margin: how far the square crop reaches past the detector's box, as a share of the box's longer
            side, on each of the four sides; may be negative.
        crop_shift: how far the crop's centre is moved down from the box's centre, as a share of the same side.
        mirror: whether the logits are averaged with those of the mirrored face.
        temperature: divisor of the logits, fitted on the validation split (Guo et al. 2017, arXiv:1706.04599).
        abstain_below: highest score under which the reading is "not sure".
        prior: the share of each class, in `Emotion` order, that the scores assume; empty: not stated. Where expressions
            are known to be otherwise frequent, `priors.reweigh` says what the scores would be.
        emotions: must equal `Emotion`; kept so that a bundle made for other classes is refused.
    """

    name: str
    version: str
    recipe: str
    seed: int
    created: str
    input_size: int = 48
    channels: int = 1
    crop_margin: float = 0.1
    crop_shift: float = 0.0
    mirror: bool = False
    temperature: float = 1.0
    abstain_below: float = 0.0
    prior: tuple[float, ...] = ()
    emotions: tuple[str, ...] = tuple(EMOTIONS)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A verified bundle folder on disk.

    Args:
        path: the folder.
        spec: its parsed spec.json.
        metrics: its parsed metrics.json, as training wrote it.
        digest: SHA-256 of its SHA256SUMS file, hex: two bundles with one digest are the same model.
    """

    path: Path
    spec: ModelSpec
    metrics: dict[str, Any]  # free-form JSON: each recipe reports what it measured
    digest: str


def read_bundle(path: Path) -> Bundle:
    """Read a bundle folder and verify every file against its checksums.

    Raises:
        BadBundle: a file is missing, changed or not listed, or the spec does not fit this version.
    """
    _verify(path)
    spec = _parse_spec(_load_json(path / SPEC_FILE))
    digest = _sha256(path / CHECKSUM_FILE)
    return Bundle(path=path, spec=spec, metrics=_load_json(path / METRICS_FILE), digest=digest)


def write_spec(folder: Path, spec: ModelSpec) -> None:
    """Write `spec` as the folder's spec.json."""
    (folder / SPEC_FILE).write_text(json.dumps(asdict(spec), indent=2) + "\n", encoding="utf-8")


def seal_bundle(folder: Path) -> None:
    """Write SHA256SUMS over all files of the folder and flush them to disk; nothing may change afterwards."""
    names = sorted(p.name for p in folder.iterdir() if p.is_file() and p.name != CHECKSUM_FILE)
    lines = [f"{_sha256(folder / name)}  {name}\n" for name in names]
    with (folder / CHECKSUM_FILE).open("w", encoding="utf-8") as out:
        out.writelines(lines)
        out.flush()
        os.fsync(out.fileno())


def _verify(path: Path) -> None:
    if not path.is_dir():
        raise BadBundle(f"There is no model bundle at {path}.")
    listed = _read_checksums(path)
    missing = [name for name in REQUIRED_FILES if name not in listed]
    if missing:
        raise BadBundle(f"The model bundle {path.name} does not list {', '.join(missing)} in {CHECKSUM_FILE}.")
    for name, expected in listed.items():
        file = path / name
        if not file.is_file():
            raise BadBundle(f"The model bundle {path.name} is missing {name}.")
        if _sha256(file) != expected:
            raise BadBundle(f"{name} of the model bundle {path.name} does not match its checksum.")
    extra = {p.name for p in path.iterdir()} - set(listed) - {CHECKSUM_FILE}
    if extra:
        raise BadBundle(f"The model bundle {path.name} holds files without a checksum: {', '.join(sorted(extra))}.")


def _read_checksums(path: Path) -> dict[str, str]:
    try:
        text = (path / CHECKSUM_FILE).read_text(encoding="utf-8")
        rows = [line.split("  ", 1) for line in text.splitlines() if line]
        listed = {name: digest for digest, name in rows}
    except (OSError, ValueError) as error:
        raise BadBundle(f"The model bundle {path.name} has no readable {CHECKSUM_FILE}.") from error
    if any("/" in name or name.startswith(".") for name in listed):
        raise BadBundle(f"{CHECKSUM_FILE} of the model bundle {path.name} names a file outside the bundle.")
    return listed


def _load_json(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > _MOST_JSON_BYTES:
            raise ValueError(file.name)
        loaded = json.loads(file.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
        if "\\u0000" in json.dumps(loaded):
            raise ValueError(file.name)
    except (OSError, ValueError, RecursionError) as error:
        raise BadBundle(f"{file.name} of the model bundle {file.parent.name} is not valid JSON.") from error
    if not isinstance(loaded, dict):
        raise BadBundle(f"{file.name} of the model bundle {file.parent.name} is not a JSON object.")
    return loaded


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON.")


def _parse_spec(raw: dict[str, Any]) -> ModelSpec:
    field_names = {field.name for field in fields(ModelSpec)}
    if set(raw) - field_names:
        raise BadBundle(f"The model spec has unknown fields: {', '.join(sorted(set(raw) - field_names))}.")
    try:
        spec = ModelSpec(**{**raw, "emotions": tuple(raw["emotions"]), "prior": tuple(raw.get("prior", ()))})
    except (KeyError, TypeError) as error:
        raise BadBundle(f"The model spec is incomplete: {error}.") from error
    misfits = [name for name, kinds in _KINDS.items() if type(getattr(spec, name)) not in kinds]
    if misfits or any(len(text) > _MOST_NAME for text in (spec.name, spec.version)):
        raise BadBundle(f"The model spec has values that make no sense: {', '.join(misfits) or 'name, version'}.")
    if spec.emotions != tuple(EMOTIONS):
        raise BadBundle("The model's classes are not the seven emotions in this order: " + ", ".join(EMOTIONS) + ".")
    if spec.temperature <= 0 or not 0 < spec.input_size <= 1024 or spec.channels != 1:
        raise BadBundle("The model spec has an impossible temperature, input size or number of channels.")
    if spec.prior:
        try:
            check_prior(spec.prior)
        except BadPrior as error:
            raise BadBundle(f"The model spec's prior cannot be used: {error}") from error
    return spec


def _sha256(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
