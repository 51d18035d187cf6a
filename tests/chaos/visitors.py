"""People who use the platform while it suffers, and never give up: every request is made again until it is answered."""

from __future__ import annotations

import random
import threading
import time
from base64 import b64encode
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.whole_platform import Person

TUS = {"Tus-Resumable": "1.0.0"}
PART_BYTES = 48 * 1024
# What a patient client asks again after: not now (429, 503, 507), not yet (409 with this code), who are you (401, under
# a wrong clock), and whatever the server could not answer.
AGAIN_AFTER = {401, 423, 429, 500, 502, 503, 504, 507}
UNDER_WAY = "idempotency_under_way"
WAIT_S = 0.4
PATIENCE_S = 180
OPEN_JOBS = 3
ANSWERED = {httpx.codes.NO_CONTENT, httpx.codes.NOT_FOUND, httpx.codes.GONE}


@dataclass
class Wish:
    """A video that somebody wants to be read. `session` is known once it was taken; `is_deleted`, once that is done."""

    clip: Path
    external_id: str
    session: str = ""
    job: str = ""
    is_deleted: bool = False


@dataclass
class Visitor:
    """One person with their wishes. `refused` counts answers that nobody expected."""

    person: Person
    clips: list[Path]
    dice: random.Random
    over: threading.Event
    wishes: list[Wish] = field(default_factory=list)
    again: Counter[str] = field(default_factory=Counter)
    has_withdrawn: bool = False
    problems: list[str] = field(default_factory=list)

    # -- what they do -------------------------------------------------------------------------------------------------
    def upload_all_along(self, *, deleting: bool) -> None:
        """Upload one video after the other, by form and by tus, and delete some."""
        while not self.over.is_set():
            wish = self.wish()
            (self.send_whole if self.dice.random() < 0.5 else self.send_parts)(wish)
            if deleting and self.dice.random() < 0.4:
                self.over.wait(self.dice.uniform(0, 2))
                self.delete(wish)
            while not self.over.is_set() and self.waiting_jobs() >= OPEN_JOBS:
                self.over.wait(1)

    def upload_at_once(self, count: int) -> None:
        """A batch: several videos at the same time, each in parts."""
        batch = [threading.Thread(target=self.send_parts, args=[self.wish()]) for _one in range(count)]
        for thread in batch:
            thread.start()
        for thread in batch:
            thread.join()

    def withdraw_after(self, wait_s: float) -> None:
        """Hand two videos in and take the consent back, while they may be at work."""
        for _one in range(2):
            self.send_whole(self.wish())
        self.over.wait(wait_s)
        answer = self.ask("POST", "/api/v1/consent/withdraw/", json={})
        self.has_withdrawn = answer.status_code < 300
        self.expect(answer, 200, 409)

    # -- how ----------------------------------------------------------------------------------------------------------
    def wish(self) -> Wish:
        self.wishes.append(Wish(self.dice.choice(self.clips), f"{self.person.user.pk}-{len(self.wishes)}"))
        return self.wishes[-1]

    def send_whole(self, wish: Wish) -> None:
        """One request, with a key: sent again after no answer, it is done once."""
        content = wish.clip.read_bytes()
        data = {"again": "true", "external_id": wish.external_id}
        headers = {"Idempotency-Key": f"key-{wish.external_id}"}
        files = {"file": (wish.clip.name, content)}
        answer = self.ask("POST", "/api/v1/analyses/", data=data, files=files, headers=headers, timeout=20)
        if answer.status_code == httpx.codes.ACCEPTED:
            wish.session, wish.job = answer.json()["session"], answer.json()["id"]
        elif not self._find(wish, answer):
            self.expect(answer, 202)

    def send_parts(self, wish: Wish) -> None:
        """By tus, in parts, gone on with from wherever it stopped, and begun anew where the server knows nothing."""
        until_s = time.monotonic() + PATIENCE_S
        while not wish.session:
            about = {"filename": wish.clip.name, "again": "true", "external_id": wish.external_id}
            said = ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in about.items())
            headers = {**TUS, "Upload-Length": str(wish.clip.stat().st_size), "Upload-Metadata": said}
            begun = self.ask("POST", "/api/v1/uploads/", headers=headers)
            if begun.status_code != httpx.codes.CREATED:
                self.expect(begun, 201)
                return
            while (state := self._send_next_part(wish, begun.headers["location"])) == "more":
                if time.monotonic() > until_s:
                    self.problems.append(f"the upload {begun.headers['location']} never ended")
                    return
            if state == "refused":
                return

    def _send_next_part(self, wish: Wish, address: str) -> str:
        told = self.ask("HEAD", address, headers=TUS)
        if told.status_code in (404, 410):
            return "anew"
        if session := told.headers.get("raut-session"):
            wish.session, wish.job = session, told.headers["raut-job"]
            return "done"
        offset = int(told.headers["upload-offset"])
        with wish.clip.open("rb") as file:
            file.seek(offset)
            part = file.read(PART_BYTES)
        headers = {**TUS, "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        answer = self.ask("PATCH", address, headers=headers, content=part, once=True)
        if answer.status_code == 204 and answer.headers["upload-offset"] == str(wish.clip.stat().st_size):
            self.problems += [] if "raut-job" in answer.headers else [f"{address} is whole and has no job"]
        if answer.status_code in (204, 404, 409, 410, 423, 599) or answer.status_code in AGAIN_AFTER:
            return "more"
        return "done" if self._find(wish, answer) else (self.expect(answer, 204) or "refused")

    def _find(self, wish: Wish, answer: httpx.Response) -> bool:
        """Whether a refusal says that it is there already: somebody's answer was not heard."""
        if "external_id" not in answer.text:
            return False
        found = self.ask("GET", "/api/v1/analyses/", params={"external_id": wish.external_id})
        jobs = found.json().get("results", []) if found.status_code == httpx.codes.OK else []
        if jobs:
            wish.session, wish.job = jobs[0]["session"], jobs[0]["id"]
        return bool(jobs)

    def delete(self, wish: Wish) -> None:
        if wish.session:
            answer = self.ask("DELETE", f"/api/v1/sessions/{wish.session}/", params={"for_good": "true"})
            self.expect(answer, *ANSWERED)
            wish.is_deleted = answer.status_code in ANSWERED

    def waiting_jobs(self) -> int:
        """How many of their jobs have not ended; many where nobody says."""
        answers = [self.ask("GET", f"/api/v1/analyses/?status={state}") for state in ("queued", "running")]
        return sum(len(a.json()["results"]) if a.status_code == httpx.codes.OK else OPEN_JOBS for a in answers)

    def ask(self, method: str, address: str, *, once: bool = False, **request: object) -> httpx.Response:
        """The answer, asked for again and again; 599 where none came and `once` was said."""
        until_s = time.monotonic() + PATIENCE_S
        while True:
            try:
                answer = self.person.api.request(method, address, **{"timeout": 15, **request})
            except httpx.HTTPError as error:
                answer = httpx.Response(599, text=type(error).__name__)
            is_late = answer.status_code in AGAIN_AFTER | {599} or UNDER_WAY in answer.text
            if not is_late or once or time.monotonic() > until_s:
                return answer
            self.again[str(answer.status_code)] += 1
            time.sleep(WAIT_S)

    def expect(self, answer: httpx.Response, *codes: int) -> None:
        if answer.status_code not in codes:
            request = answer.request if answer._request else None
            self.problems.append(f"{request and request.method} {request and request.url.path}: {answer.status_code}"
                                 f" {answer.text[:300]}")  # fmt: skip
