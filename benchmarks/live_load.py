"""Live sessions at a time: round trips, frames answered and dropped, processor and memory, on cores the client shares.

Run: `python -m benchmarks.live_load [--sessions 8] [--fps 10] [--seconds 20] [--in-flight 1] [--json]`; `--ladder`
takes 1, 4, 8, 16 and 32 sessions in turn; `--peer` sends the same frames to a view that calls PyPI `fer` for each
(it gets an environment of its own, `.venv-fer`). The platform is started on its embedded default unless `--url` names
one (`--token` then is an API token of an account that has given its consent). Must: 8 sessions with p95 under 150 ms
and nothing dropped; 4 or more times the sessions of the peer. A frame that is due while the last one is not answered
is not sent and counts as dropped (`skipped`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # it may be started as a file

from benchmarks._clips import face_jpegs
from benchmarks._live_client import Poster, Tally, Webcam, watch_all
from benchmarks._live_servers import Server, fer_view, platform

LADDER = (1, 4, 8, 16, 32)
P95_MS, KEPT = 150, 0.99  # a rung is held when p95 stays under the one and this share of the frames is answered
WARM_UP_S = 3


@dataclass(frozen=True)
class Load:
    fps: float
    seconds: float
    in_flight: int
    jpegs: list[bytes]


def main() -> None:
    options = _options()
    load = Load(options.fps, options.seconds, options.in_flight, face_jpegs(63))
    rungs = LADDER if options.ladder else (options.sessions,)
    with platform(options.url, options.token) as server:
        rows = _climb(server, load, rungs)
    result = next((row for row in rows if row["sessions"] == options.sessions), rows[0])
    if options.ladder:
        result = result | {"ladder": rows}
    if options.peer:
        with fer_view() as view:
            result = result | {"peer": _compare(rows, _climb(view, load, (1, 2, 4, *rungs)))}
    if options.json:
        print(json.dumps(result))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=8)
    parser.add_argument("--fps", type=float, default=10)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--in-flight", type=int, default=1, choices=(1, 2, 3))
    parser.add_argument("--ladder", action="store_true")
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--url", default="")
    parser.add_argument("--token", default=os.environ.get("RAUT_TOKEN", ""))
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _climb(server: Server, load: Load, rungs: tuple[int, ...]) -> list[dict]:
    """Measure each number of sessions, after a short one that loads the models."""
    print(f"\n{server.name}: {load.fps:g} frames a second, {load.seconds:g} s each")
    print("| sessions | sent | answered | dropped | p50 ms | p95 ms | p99 ms | cores | ms of processor a frame | MB |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    asyncio.run(_load(server, replace(load, seconds=WARM_UP_S), 1))
    return [_measure(server, load, sessions) for sessions in sorted(set(rungs))]


def _measure(server: Server, load: Load, sessions: int) -> dict:
    cpu_s, started, rss_mb = server.cpu_s(), time.perf_counter(), server.rss_mb()
    tally = asyncio.run(_load(server, load, sessions))
    cpu_s, took_s = server.cpu_s() - cpu_s, time.perf_counter() - started
    p50_ms, p95_ms, p99_ms = (_percentile(tally.round_trip_ms, share) for share in (0.5, 0.95, 0.99))
    row = {
        "sessions": sessions,
        "fps": load.fps,
        "seconds": load.seconds,
        "frames_sent": tally.sent,
        "frames_answered": tally.answered,
        "dropped": tally.dropped.total(),
        "dropped_by_reason": {reason: n for reason, n in tally.dropped.items() if n},
        "faces": tally.faces,
        "p50_ms": p50_ms,
        "p95_ms": p95_ms,
        "p99_ms": p99_ms,
        "cores": round(cpu_s / took_s, 2),
        "cpu_ms_per_frame": round(1000 * cpu_s / max(tally.answered, 1), 2),
        "rss_before_mb": rss_mb,
        "rss_mb": server.rss_mb(),
        "problems": tally.problems[:5],
    }
    names = ("sessions", "frames_sent", "frames_answered", "dropped", "p50_ms", "p95_ms", "p99_ms", "cores")
    print("|", " | ".join(str(row[name]) for name in (*names, "cpu_ms_per_frame", "rss_mb")), "|", flush=True)
    return row


async def _load(server: Server, load: Load, sessions: int) -> Tally:
    cameras: list[Webcam] | list[Poster]
    if not server.token:
        address = urlsplit(server.url)
        cameras = [Poster(address.hostname or "", address.port or 80, load.jpegs) for _ in range(sessions)]
        return await watch_all(cameras, fps=load.fps, seconds=load.seconds)
    headers = {"Authorization": f"Token {server.token}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, trust_env=False, timeout=60) as api:

        async def ticket() -> str:
            answer = await api.post("/api/v1/live/tickets/")
            return str(answer.raise_for_status().json()["ticket"])

        url = server.url.replace("http", "ws", 1)
        cameras = [Webcam(url, ticket, load.jpegs, load.in_flight) for _ in range(sessions)]
        return await watch_all(cameras, fps=load.fps, seconds=load.seconds)


def _percentile(values: list[float], share: float) -> float | None:
    ordered = sorted(values)
    return round(ordered[math.ceil(share * len(ordered)) - 1], 1) if ordered else None


def _compare(ours: list[dict], peers: list[dict]) -> dict:
    """How many sessions each one held, and what a frame cost; the ratios are the peer's to ours."""
    held, peer_held = (max((row["sessions"] for row in rows if _is_held(row)), default=0) for rows in (ours, peers))
    cost, peer_cost = (min(row["cpu_ms_per_frame"] for row in rows) for rows in (ours, peers))
    result = {
        "sessions_held": held,
        "peer_sessions_held": peer_held,
        "times_the_sessions": round(held / peer_held, 2) if peer_held else None,
        "times_the_frames_per_processor_second": round(peer_cost / cost, 2),
        "rows": peers,
    }
    print(f"\nheld (p95 under {P95_MS} ms, {KEPT:.0%} of the frames answered): raut {held}, fer {peer_held}")
    print(f"frames per processor second: {result['times_the_frames_per_processor_second']} times those of fer")
    return result


def _is_held(row: dict) -> bool:
    due = row["frames_sent"] + row["dropped_by_reason"].get("skipped", 0)
    return bool(due) and row["frames_answered"] >= KEPT * due and row["p95_ms"] < P95_MS


if __name__ == "__main__":
    main()
