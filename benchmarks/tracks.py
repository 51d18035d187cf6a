"""People really there against tracks: who keeps a number, who loses it, and whether a number ever changes hands.

Run: `python -m benchmarks.tracks [--clips FOLDER] [--every-ms 200] [--json]`. The scenes are made at run time. A track
of fewer than three readings is a glimpse and is counted apart, as in a session's list. `--clips` reads a folder of
videos beside a README.md whose table tells how many people are in each.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from benchmarks._people import Person, Scene, during, still, walk
from inference import Engine, FrameReading, load_engine
from inference.types import Box

GLIMPSE = 3
LEFT, RIGHT = still(400, 330, 150), still(880, 340, 150)

SCENES = (
    Scene("two who sit and talk", (Person(LEFT), Person(RIGHT, hue=70, mirrored=True))),
    Scene(
        "two who walk past each other",
        (
            Person(walk((150, 330), (1130, 330), 130, 6)),
            Person(walk((1130, 350), (150, 350), 140, 6), hue=70, mirrored=True),
        ),
        seconds=6,
    ),
    Scene(
        "two dressed alike who walk past each other",
        (Person(walk((150, 300), (1130, 300), 130, 6)), Person(walk((1130, 370), (150, 370), 140, 6), mirrored=True)),
        seconds=6,
    ),
    Scene("one who looks away for 3 s", (Person(LEFT, turned=lambda t: 4 <= t < 7),)),
    Scene("one who looks away for 9 s", (Person(LEFT, turned=lambda t: 4 <= t < 13),), seconds=17),
    Scene("one who leaves for 5 s and comes back", (Person(during(LEFT, (0, 4), (9, 14))),), seconds=14),
    Scene(
        "one leaves, another one sits down there",
        (Person(during(LEFT, (0, 4))), Person(during(LEFT, (7, 12)), hue=70)),
        seconds=12,
    ),
    Scene(
        "a cut from one to another in the same place",
        (Person(during(LEFT, (0, 4))), Person(during(LEFT, (4, 8)), hue=70)),
        seconds=8,
        ground=lambda t: ("coffee", 0) if t < 4 else ("rocket", 0),
    ),
    Scene(
        "the same, before the same plain wall",
        (Person(during(LEFT, (0, 4))), Person(during(LEFT, (4, 8)), hue=70)),
        seconds=8,
        ground=lambda t: ("110", 0),
    ),
    Scene(
        "a cut and the same person elsewhere",
        (Person(during(LEFT, (0, 4))), Person(during(LEFT, (4, 8)))),
        seconds=8,
        ground=lambda t: ("coffee", 0) if t < 4 else ("rocket", 0),
    ),
    Scene(
        "a camera that turns",
        (Person(lambda t: (300 + 90 * t, 330, 150)), Person(lambda t: (100 + 90 * t, 400, 120), hue=70)),
        seconds=8,
        ground=lambda t: ("coffee", round(400 - 45 * t)),
    ),
    Scene("light that comes and goes", (Person(LEFT), Person(RIGHT, hue=70)), light=lambda t: 0.55 + 0.4 * (t % 4 < 2)),
    Scene("one who tilts the head by 60°", (Person(LEFT, tilt=lambda t: 60 * (t / 5 if t < 5 else 2 - t / 5)),)),
    Scene("one who comes close", (Person(lambda t: (640, 300, 60 * 1.28**t)),), seconds=8),
    Scene(
        "a row of six small faces",
        tuple(Person(still(150 + 190 * k, 300 + 40 * (k % 2), 52), hue=30 * k, mirrored=k % 2 == 1) for k in range(6)),
    ),
    Scene(
        "six who walk in two directions",
        tuple(
            Person(
                walk((1280 - 180 * k, 300 + 30 * k), (200 - 180 * k, 300 + 30 * k), 70, 6)
                if k % 2
                else walk((180 * k, 290 + 30 * k), (1080 + 180 * k, 290 + 30 * k), 70, 6),
                hue=30 * k,
                mirrored=k % 2 == 1,
            )
            for k in range(6)
        ),
        seconds=6,
    ),
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=Path, help="a folder of videos with a README.md that counts their people")
    parser.add_argument("--every-ms", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    engine = load_engine()
    rows = [measure(engine, scene, options.every_ms) for scene in SCENES]
    rows += [measure_clip(engine, clip, people) for clip, people in _clips(options.clips)] if options.clips else []
    print("| scene | people | tracks | glimpses | found | changed hands |\n|---|---|---|---|---|---|")
    for row in rows:
        print("| {scene} | {people} | {tracks} | {glimpses} | {found} | {swaps} |".format(**row))
    if not options.clips:
        print("\nLeft out: real clips (name a folder with --clips).")
    if options.json:
        print(json.dumps(rows))


def measure(engine: Engine, scene: Scene, every_ms: int) -> dict[str, Any]:
    """Read a scene and count its tracks, how many of the faces in sight were found, and numbers that changed hands."""
    pipeline = engine.live().pipeline
    holders: dict[int, Counter[int]] = defaultdict(Counter)
    found_count = total = 0
    for t_ms, frame, people in scene.frames(every_ms):
        reading = pipeline.score([pipeline.observe(frame, t_ms)])[0]
        total += len(people)
        for face in reading.faces:
            person = _person_at(face.box, people)
            holders[face.track][person] += 1
            found_count += person >= 0
    numbers = _lasting(holders)
    # A number changed hands where it lay on more than one person, or on nobody, for more than a single reading.
    swaps = sum(sum(count > 1 for count in holders[number].values()) > 1 for number in numbers)
    return {
        "scene": scene.name,
        "people": len(scene.people),
        "tracks": len(numbers),
        "glimpses": len(holders) - len(numbers),
        "found": f"{found_count / max(total, 1):.2f}",
        "swaps": swaps,
    }


def measure_clip(engine: Engine, clip: Path, people: int) -> dict[str, Any]:
    """Read a real clip, of whose people only the number is known."""
    holders: dict[int, Counter[int]] = defaultdict(Counter)
    readings: list[FrameReading] = list(engine.read_video(clip))
    for reading in readings:
        for face in reading.faces:
            holders[face.track][0] += 1
    numbers = _lasting(holders)
    row = {"scene": clip.name, "people": people, "tracks": len(numbers), "glimpses": len(holders) - len(numbers)}
    return {**row, "found": f"{sum(len(reading.faces) for reading in readings)} faces", "swaps": "not known"}


def _lasting(holders: dict[int, Counter[int]]) -> list[int]:
    return [number for number, persons in holders.items() if persons.total() >= GLIMPSE]


def _person_at(box: Box, people: dict[int, Box]) -> int:
    """Whose face a box lies on; -1 for nobody's."""
    best = max(people, key=lambda number: box.iou(people[number]), default=-1)
    return best if best >= 0 and box.iou(people[best]) > 0.2 else -1


def _clips(folder: Path) -> list[tuple[Path, int]]:
    table = re.findall(r"^\| *(\S+) *\| *(\d+) *\|", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    return [(folder / name, int(people)) for name, people in table]


if __name__ == "__main__":
    main()
