"""Mixed reads of the REST API: how many a second, how long each takes, what it costs the server, and where time goes.

Run: `python -m benchmarks.rest_load [--rates 50 100 200] [--seconds 15] [--hours 10] [--tracks 300] [--json]`. It
fills a new data folder (`--folder` keeps it for the next run), starts the platform on its embedded default and asks it
from a process of its own on the same cores, each account within its rate. Must: 200 a second at a p95 under 200 ms; of
ten hours with 300 tracks the timeline under 150 ms and 300 kB, the JSON under 10 s, the page under 200 kB.
"""

from __future__ import annotations

import argparse
import asyncio
import cProfile
import json
import math
import os
import pstats
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import ExitStack
from pathlib import Path
from typing import Any  # Django's objects: it is set up after the data folder is known

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # it may be started as a file

from benchmarks._keep_alive import Client
from benchmarks._live_servers import Server, embedded

ACCOUNTS = 12  # 200 reads a second are more than the rate of one
SESSIONS = 60
CONNECTIONS = 48
PASSWORD = "correct-horse-battery"
# What a program and a page ask for, and how often.
MIX = {"list": 3, "session": 3, "timeline": 2, "job": 3, "observations": 1, "exports": 2, "markers": 2}
PARTS = {
    "rest_framework": "REST framework",
    "webplatform/common/rest/serializing": "serializing",
    "django/db": "database",
    "sqlite3": "database",
    "redis": "rates",
    "orjson": "serializing",
    "allauth": "middleware",
    "csp": "middleware",
    "django/middleware": "middleware",
    "django": "Django",
    "webplatform": "our views",
}


def main() -> None:
    options = _options()
    with ExitStack() as stack:
        folder = options.folder or stack.enter_context(tempfile.TemporaryDirectory(prefix="raut-load-"))
        os.environ.update(RAUT_DATA_DIR=folder, RAUT_ENV_FILE=os.devnull, DJANGO_SETTINGS_MODULE="webplatform.settings")
        import django

        django.setup()
        data = _data(options)
        result = {"where": _where_time_goes(data)}
        with embedded(Path(folder)) as server:
            result |= {"kinds": _kinds(server, data), "rates": _ladder(server, data, options)}
            result["long"] = _long(server, data)
    if options.json:
        print(json.dumps(result))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", type=int, nargs="+", default=[50, 100, 200])
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--hours", type=float, default=10)
    parser.add_argument("--tracks", type=int, default=300)
    parser.add_argument("--folder", default="")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


# -- the data ---------------------------------------------------------------------------------------------------------
def _data(options: argparse.Namespace) -> dict[str, Any]:
    """Accounts with tokens, all members of one study, its sessions, and a long one; made once for a folder."""
    from django.core.management import call_command

    from webplatform.accounts.models import ApiToken, User
    from webplatform.accounts.services import create_token
    from webplatform.history.models import Session

    call_command("migrate", interactive=False, verbosity=0)
    if not User.objects.exists():
        _fill(options.hours, options.tracks)
    users = list(User.objects.order_by("pk"))
    ApiToken.objects.filter(user__in=users).delete()  # an earlier run's: an account may have twenty
    recorded = Session.objects.exclude(title="Long").values_list("pk", flat=True)
    return {
        "tokens": [create_token(user=user, name="load")[1] for user in users],
        "email": users[0].email,
        "sessions": [str(pk) for pk in recorded],
        "jobs": [str(pk) for pk in Session.objects.exclude(job=None).values_list("job__pk", flat=True)],
        "long": str(Session.objects.get(title="Long").pk),
    }


def _fill(hours: float, tracks: int) -> None:
    from webplatform.accounts.models import User
    from webplatform.analysis.models import AnalysisJob
    from webplatform.consent.services import give_consent
    from webplatform.history.services import append_readings, close_session, open_session
    from webplatform.studies.models import Membership
    from webplatform.studies.services import personal_study

    users = [User.objects.create_user(f"load{n}@example.org", PASSWORD) for n in range(ACCOUNTS)]
    study = personal_study(users[0])
    Membership.objects.bulk_create(Membership(study=study, user=user, role="viewer") for user in users[1:])
    consent = give_consent(user=users[0], language="en", channel="command")
    opened = {"study": study, "user": users[0], "consent": consent, "source": "upload", "every_ms": 200}
    chance = random.Random(1)
    for number in range(SESSIONS):
        session = open_session(title=f"Interview {number}", **opened)
        append_readings(session=session, readings=[_frame(chance, n, [1, 2]) for n in range(600)])
        close_session(session=session, duration_ms=120_000, is_partial=False)
        AnalysisJob.objects.create(session=session, state="done", queued_at=session.created_at, progress=1.0)
    session, frames = open_session(title="Long", **opened), int(hours * 18_000)
    for first in range(0, frames, 500):
        batch = [_frame(chance, n, _tracks_in(n, frames, tracks)) for n in range(first, min(first + 500, frames))]
        append_readings(session=session, readings=batch)
    close_session(session=session, duration_ms=frames * 200, is_partial=False)


def _tracks_in(number: int, frames: int, tracks: int) -> list[int]:
    """Two faces at a time, of which one changes for the next: each track stays for two shares of the recording."""
    turn = number * (tracks - 1) // frames
    return [turn + 1, turn + 2]


def _frame(chance: random.Random, number: int, tracks: list[int]) -> Any:
    from inference import Box, FaceReading, FrameReading

    faces = []
    for track in tracks:
        raw = [chance.random() ** 4 for _ in range(7)]
        scores = tuple(value / sum(raw) for value in raw)
        faces.append(FaceReading(track, Box(chance.random() * 600, 50.0, 90.0, 110.0), scores, None))
    return FrameReading(number * 200, 1280, 720, tuple(faces), frames_decoded=number * 6 + 1)


def _address(kind: str, data: dict[str, Any], chance: random.Random) -> str:
    session, job = chance.choice(data["sessions"]), chance.choice(data["jobs"])
    return {
        "list": "/api/v1/sessions/",
        "session": f"/api/v1/sessions/{session}/",
        "timeline": f"/api/v1/sessions/{session}/timeline/",
        "job": f"/api/v1/analyses/{job}/",
        "observations": f"/api/v1/sessions/{session}/observations/?page_size=100",
        "exports": "/api/v1/export-jobs/",
        "markers": f"/api/v1/sessions/{session}/markers/",
    }[kind]


# -- what is measured -------------------------------------------------------------------------------------------------
def _kinds(server: Server, data: dict[str, Any]) -> list[dict[str, Any]]:
    """One kind of request after the other, over one connection: what each costs the server."""
    print("| request | ms of processor | median ms | kB |\n|---|---|---|---|")
    rows = []
    for kind in MIX:
        asyncio.run(_one_by_one(server, data, kind, 10))
        before_s = server.cpu_s()
        took_ms, size_bytes = asyncio.run(_one_by_one(server, data, kind, 100))
        cpu_ms = round(10 * (server.cpu_s() - before_s), 1)
        row = {
            "kind": kind,
            "cpu_ms": cpu_ms,
            "median_ms": _percentile(took_ms, 0.5),
            "kb": round(size_bytes / 1000, 1),
        }
        print("|", " | ".join(str(value) for value in row.values()), "|", flush=True)
        rows.append(row)
    return rows


async def _one_by_one(server: Server, data: dict[str, Any], kind: str, times: int) -> tuple[list[float], int]:
    client, chance, took_ms, size_bytes = await Client.connect(server.url), random.Random(2), [], 0
    for number in range(times):
        started = time.perf_counter()
        token = data["tokens"][number % ACCOUNTS]
        size_bytes = await client.get(_address(kind, data, chance), token)
        took_ms.append(1000 * (time.perf_counter() - started))
    client.close()
    return took_ms, size_bytes


def _ladder(server: Server, data: dict[str, Any], options: argparse.Namespace) -> list[dict[str, Any]]:
    print("\n| reads a second | answered | p50 ms | p95 ms | p99 ms | server cores | load tool cores |")
    print("|---|---|---|---|---|---|---|")
    rows = []
    for rate in options.rates:
        before_s, own_s, started = server.cpu_s(), time.process_time(), time.perf_counter()
        took_ms = asyncio.run(_at_rate(server, data, rate, options.seconds))
        took_s = time.perf_counter() - started
        row = {"rate": rate, "answered": round(len(took_ms) / took_s, 1)}
        row |= {f"p{share}_ms": _percentile(took_ms, share / 100) for share in (50, 95, 99)}
        row |= {"cores": round((server.cpu_s() - before_s) / took_s, 2)}
        row |= {"own_cores": round((time.process_time() - own_s) / took_s, 2)}
        print("|", " | ".join(str(value) for value in row.values()), "|", flush=True)
        rows.append(row)
    return rows


async def _at_rate(server: Server, data: dict[str, Any], rate: int, seconds: float) -> list[float]:
    """Reads that are due at equal steps of time, whether or not earlier ones are answered; counted from when due."""
    chance, took_ms, due = random.Random(3), [], asyncio.Queue()
    kinds = chance.choices(list(MIX), list(MIX.values()), k=int(rate * seconds))

    async def send() -> None:
        client = await Client.connect(server.url)
        while (job := await due.get()) is not None:
            due_s, address, token = job
            await client.get(address, token)
            took_ms.append(1000 * (time.perf_counter() - due_s))
        client.close()

    senders = [asyncio.create_task(send()) for _ in range(CONNECTIONS)]
    started = time.perf_counter()
    for number, kind in enumerate(kinds):
        due_s = started + number / rate
        await asyncio.sleep(max(0.0, due_s - time.perf_counter()))
        due.put_nowait((due_s, _address(kind, data, chance), data["tokens"][number % ACCOUNTS]))
    for _ in senders:
        due.put_nowait(None)
    await asyncio.gather(*senders)
    return took_ms


def _long(server: Server, data: dict[str, Any]) -> dict[str, Any]:
    """Timelines, the JSON and the page of the long session."""
    headers = {"Authorization": f"Token {data['tokens'][0]}"}
    results: dict[str, Any] = {}
    print("\n| of the long session | ms | ms of processor | kB |\n|---|---|---|---|")
    with httpx.Client(base_url=server.url, headers=headers, timeout=300, trust_env=False) as api:
        root = f"/api/v1/sessions/{data['long']}"
        page = "from_ms=0&to_ms=36000000&bucket_ms=120000&track=7"  # js/dashboard/lanes.js, on a chart of 1000 px
        for name, address in {
            "timeline": f"{root}/timeline/",
            "timeline of one face, as the page asks": f"{root}/timeline/?{page}",
            "timeline by 1 s": f"{root}/timeline/?bucket_ms=1000",
            "timeline of one face by 1 s": f"{root}/timeline/?bucket_ms=1000&track=7",
            "session": f"{root}/",
        }.items():
            api.get(address).raise_for_status()
            results[name] = _measured(server, name, lambda address=address: api.get(address).raise_for_status().content)
    with httpx.Client(base_url=server.url, timeout=300, trust_env=False, follow_redirects=True) as browser:
        _sign_in(browser, data["email"])
        for name, address in {"page": "", "JSON": "session.json", "CSV": "observations.csv"}.items():
            page_address = f"/sessions/{data['long']}/{address}"
            results[name] = _measured(
                server, name, lambda page_address=page_address: browser.get(page_address).raise_for_status().content
            )
    return results


def _measured(server: Server, name: str, request: Any) -> dict[str, float]:
    before_s, started = server.cpu_s(), time.perf_counter()
    size_bytes = len(request())
    row = {"ms": round(1000 * (time.perf_counter() - started)), "cpu_ms": round(1000 * (server.cpu_s() - before_s))}
    row["kb"] = round(size_bytes / 1000)
    print("|", name, "|", " | ".join(str(value) for value in row.values()), "|", flush=True)
    return row


def _sign_in(browser: httpx.Client, email: str) -> None:
    page = browser.get("/account/login/")
    key = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    sent = {"login": email, "password": PASSWORD, "csrfmiddlewaretoken": key}
    answer = browser.post("/account/login/", data=sent, headers={"Referer": str(page.url)})
    if "sessionid" not in browser.cookies:
        raise SystemExit(f"The login failed: {answer.status_code}")


def _where_time_goes(data: dict[str, Any]) -> dict[str, float]:
    """Shares of a mixed read's processor time, asked in this process without a server around."""
    from django.conf import settings
    from django.test import RequestFactory

    from webplatform.common.http.request_threads import Views

    settings.RAUT_RATES = dict.fromkeys(settings.RAUT_RATES, (10**9, 60))
    settings.ALLOWED_HOSTS = ["testserver"]
    views, factory, chance = Views(), RequestFactory(), random.Random(4)
    kinds = chance.choices(list(MIX), list(MIX.values()), k=200)
    profile = cProfile.Profile(time.process_time)
    for number, kind in enumerate(kinds):
        headers = {"authorization": f"Token {data['tokens'][number % ACCOUNTS]}"}
        request = factory.get(_address(kind, data, chance), headers=headers)
        if number >= 50:
            profile.enable()
        answer = views.get_response(request)
        profile.disable()
        if answer.status_code != 200:
            raise SystemExit(f"{request.path} answered {answer.status_code}: {answer.content[:200]!r}")
    shares = _shares(profile)
    print("where a mixed read's time goes: " + ", ".join(f"{name} {share:.0%}" for name, share in shares.items()), "\n")
    return shares


def _shares(profile: cProfile.Profile) -> dict[str, float]:
    """By part of the program; what is built in counts for whoever called it."""
    seconds: Counter[str] = Counter()
    own: dict[str, float] = defaultdict(float)
    for (file, _line, name), (_calls, _all, own_s, _cumulative, callers) in pstats.Stats(profile).stats.items():
        if file != "~":
            own[file] += own_s
            continue
        for caller, costs in callers.items():
            own[name if caller[0] == "~" else caller[0]] += costs[2]
    for file, own_s in own.items():
        seconds[next((part for end, part in PARTS.items() if end in file), "Python")] += own_s
    return {name: round(spent / seconds.total(), 2) for name, spent in seconds.most_common()}


def _percentile(values: list[float], share: float) -> float | None:
    ordered = sorted(values)
    return round(ordered[math.ceil(share * len(ordered)) - 1], 1) if ordered else None


if __name__ == "__main__":
    main()
