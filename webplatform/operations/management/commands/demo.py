"""`manage.py demo`: the platform with a demonstration in it, from a real face to its history."""

from __future__ import annotations

import json
import threading
import webbrowser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from webplatform.accounts.models import User
from webplatform.operations import console, startup
from webplatform.operations.demo_client import DemoClient, report, summary_lines
from webplatform.operations.demo_clip import make_clip
from webplatform.operations.demo_login import GOOD_FOR_S, create_login_key, revoke_login_key
from webplatform.operations.demo_study import Reaction, prepare_demo_study
from webplatform.operations.launch import Launch
from webplatform.operations.running import running_platform
from webplatform.operations.services import DEMO_EMAIL, DemoLogin, end_demo_account, prepare_demo_account

TITLE = "Demonstration: two faces (a warped portrait)"


class Command(BaseCommand):
    """Runs the platform, uploads a clip of a real face through the REST API and shows what the worker made of it."""

    help = "Runs everything with a demonstration account and a clip of a real face; Ctrl-C stops it."

    def add_arguments(self, parser: CommandParser) -> None:
        console.add_launch_options(parser)
        parser.add_argument("--exit", action="store_true", help="stop when the demonstration is done")
        parser.add_argument("--json", action="store_true", help="print the result as one JSON object, last of all")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with console.stop_signals() as stopped:
                self._run(stopped, options)
        except KeyboardInterrupt:
            if not options["json"]:
                self.stdout.write("Stopped.")
        except startup.StartupProblem as problem:
            if options["json"]:
                self._report(json.dumps({"error": {"code": problem.code, "message": str(problem)}}))
            raise CommandError(f"[{problem.code}] {problem}") from problem

    def _run(self, stopped: threading.Event, options: dict[str, Any]) -> None:
        if settings.PRODUCTION:
            raise startup.StartupProblem("in_production", "Its account is an admin's.", "Use a machine without data.")
        startup.require_browser_libraries()
        launch = console.launch_from(host=options["host"], port=options["port"], workers=options["workers"])
        launch = replace(launch, env={"RAUT_DEMO": "1"})
        with startup.sole_use_of(launch.data_dir):
            startup.prepare_database(self._report)
            try:
                self._demonstrate(launch, stopped, options)
            finally:
                revoke_login_key(launch.data_dir / "demo")
                end_demo_account()

    def _demonstrate(self, launch: Launch, stopped: threading.Event, options: dict[str, Any]) -> None:
        login = prepare_demo_account()
        self._report("Making clips of a face that changes: one portrait, warped …")
        clip = _clip(launch.data_dir / "demo" / "changing.mp4")
        reactions = prepare_demo_study(User.objects.get(email=DEMO_EMAIL))
        self._report(f"Starting Redis, workers, beat and web server … (logs in {launch.log_folder})")
        with running_platform(launch, log_folder=launch.log_folder, report=self._report) as supervisor:
            result = self._show(launch, login, clip, reactions)
            if options["json"]:
                self._report(json.dumps(result))
            if not options["exit"]:
                self._open(launch)
                self._report("Ctrl-C stops it.")
                console.tend_until(supervisor, stopped)

    def _show(self, launch: Launch, login: DemoLogin, clip: Path, reactions: list[Reaction]) -> dict[str, Any]:
        with DemoClient(launch.url, login.token) as client, tqdm(total=100, desc="Analysing", unit="%") as bar:
            job = client.follow(client.upload(clip, TITLE), lambda job: _advance(bar, job))
            session = client.read_session(job)
            self._fill_study(client, launch.data_dir / "demo", reactions)
        result = report(launch.url, job, session)
        for line in summary_lines(session):
            self._report(line)
        self._report(f"Analysed  in {result['seconds']} s, {result['times_real_time']} times real time")
        self._report(f"Page      {result['url']}")
        self._report(f"Sign in   {login.email}  {login.password}")
        return result

    def _fill_study(self, client: DemoClient, folder: Path, reactions: list[Reaction]) -> None:
        jobs = []
        for reaction in tqdm(reactions, desc="A study", unit=" clips", leave=False):
            person = reaction.participant
            whose = {"study": str(person.study_id), "participant": str(person.pk)}
            clip = reaction.clip(folder)
            jobs.append(client.upload(clip, reaction.title, condition=str(reaction.condition_id), **whose))
        for job in jobs:
            client.follow(job, lambda job: None)

    def _open(self, launch: Launch) -> None:
        key = create_login_key(launch.data_dir / "demo", DEMO_EMAIL)
        url = f"{launch.url}/demo/{key}/"
        self._report(f"Open      {url}  (signs in as an admin: once, within {GOOD_FOR_S // 60} minutes)")
        _show_in_browser(url)

    def _report(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _clip(file: Path) -> Path:
    try:
        return make_clip(file)
    except ImportError as error:
        remedy = "Install it: pip install --require-hashes -r requirements.lock"
        raise startup.StartupProblem(
            "no_picture", "scikit-image, which has the picture, is missing.", remedy
        ) from error


def _advance(bar: tqdm, job: dict[str, Any]) -> None:
    bar.update(round(100 * job["progress"]) - bar.n)
    bar.set_postfix(faces=job["faces_found"], refresh=False)


def _show_in_browser(url: str) -> None:
    """Open the page where there is a browser with windows; one for terminals would take this terminal."""
    try:
        if type(webbrowser.get()) is not webbrowser.GenericBrowser:
            webbrowser.open(url)
    except webbrowser.Error:
        return  # the address is printed
