"""What ten training runs leave in the trainer's memory: they train in child processes, so nothing.

Run: `python -m benchmarks.trainer_memory [--runs 10] [--json]`. Every run is a real one of the platform (recipe
`small`, one epoch, noise for faces) in a data folder of its own, done in this process as the trainer does it. Beside
it: what one such run costs a process that trains in itself, as a plain Celery task would.
"""

from __future__ import annotations

import argparse
import gc
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import cv2
import numpy as np

from inference import EMOTIONS

PER_CLASS = 20
IN_ITSELF = """
import os, sys
from benchmarks.trainer_memory import rss_mb
before = rss_mb()
from training.__main__ import main
assert main(["train", "--recipe", "small", "--epochs", "1", "--data", sys.argv[1], "--out", sys.argv[2]]) == 0
print(rss_mb() - before)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="raut-bench-") as folder:
        os.environ.update(RAUT_DATA_DIR=folder, RAUT_ENV_FILE=os.devnull, DJANGO_SETTINGS_MODULE="webplatform.settings")
        result = {"after_each_run_mb": measure(options.runs), "peer_grew_by_mb": peer(Path(folder))}
    after = result["after_each_run_mb"]
    print(f"trainer: {after[0]:.1f} MB after the first run, {after[-1]:.1f} MB after run {len(after)}")
    print(f"a process that trains in itself grew by {result['peer_grew_by_mb']:.0f} MB in one run")
    if options.json:
        print(json.dumps(result))


def measure(runs: int) -> list[float]:
    """Resident memory of this process after each run, MB."""
    import django

    django.setup()
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.core.management import call_command

    from webplatform.accounts.models import User
    from webplatform.learning import services, work
    from webplatform.modelhub.services import ensure_active_model

    call_command("migrate", verbosity=0)
    ensure_active_model()
    admin = User.objects.create_user("bench@example.org", is_staff=True)
    upload = SimpleUploadedFile("noise.zip", noise_zip())
    dataset = services.import_dataset(user=admin, name="Noise", licence="drawn", source=upload)
    work.work_on("dataset", dataset.pk)
    dataset.refresh_from_db()
    after = []
    for seed in range(runs):
        options = services.RunOptions(recipe="small", start="scratch", epochs=1, seed=seed)
        run = services.start_run(user=admin, dataset=dataset, options=options)
        work.work_on("run", run.pk)
        run.refresh_from_db()
        if run.state != "done":
            raise SystemExit(f"The run ended {run.state}: {run.error_message}")
        gc.collect()
        after.append(rss_mb())
        print(f"run {seed + 1}: {after[-1]:.1f} MB", flush=True)
    return after


def peer(folder: Path) -> float:
    """By how much a process grows that trains in itself, MB."""
    faces, registry = folder / "noise.zip", folder / "registry"
    faces.write_bytes(noise_zip())
    command = [sys.executable, "-c", IN_ITSELF, str(faces), str(registry)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout.strip().splitlines()[-1])


def noise_zip() -> bytes:
    """Class folders of grey noise, zipped."""
    random, packed = np.random.default_rng(1), io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        for emotion in EMOTIONS:
            for number in range(PER_CLASS):
                noise = random.integers(0, 256, (48, 48), dtype=np.uint8)
                target.writestr(f"{emotion}/{number}.png", cv2.imencode(".png", noise)[1].tobytes())
    return packed.getvalue()


def rss_mb() -> float:
    """Resident memory of this process, MB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[1])
    return pages * resource.getpagesize() / 1e6


if __name__ == "__main__":
    main()
