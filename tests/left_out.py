"""What a run leaves out because this machine lacks something, said plainly; `--require` makes that a failure."""

from __future__ import annotations

import os
import shutil
from typing import Any

import pytest

REMEDIES = {
    "browser": "no Chromium (apt-get install chromium, or set CHROMIUM)",
    "nginx": "no nginx (apt-get install nginx-light)",
    "postgres": "no PostgreSQL (set DATABASE_URL=postgres://…)",
}
# Who has one of these, itself or by another fixture, touches the database.
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "platform", "chaos"}


def chromium() -> str | None:
    """The Chromium of this machine, if there is one."""
    named = os.environ.get("CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def _can_run(kind: str) -> bool:
    if kind == "nginx":
        return shutil.which("nginx") is not None
    return bool(chromium()) if kind == "browser" else os.environ.get("DATABASE_URL", "").startswith("postgres")


def _touches_the_database(item: pytest.Item) -> bool:
    """Whether it can differ on PostgreSQL; all others ran on SQLite already."""
    return bool(item.get_closest_marker("django_db")) or not DATABASE_FIXTURES.isdisjoint(item.fixturenames)


class LeftOut:
    """Takes tests that cannot run here out of the run and counts them.

    With pytest-xdist each worker takes the same tests out of its own list, and the process that started the workers,
    which sees every report, counts what was skipped and is told by the workers what they took out.
    """

    def __init__(self, required: list[str]) -> None:
        self.required = required
        self.counts: dict[str, int] = {}
        self.skipped: set[str] = set()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        for kind in REMEDIES:
            hit = [] if _can_run(kind) else [item for item in items if item.get_closest_marker(kind)]
            if hit:
                self.counts[kind] = len(hit)
                config.hook.pytest_deselected(items=hit)
                items[:] = [item for item in items if item not in hit]
        if _can_run("postgres"):
            hit = [item for item in items if not _touches_the_database(item)]
            config.hook.pytest_deselected(items=hit)
            items[:] = [item for item in items if _touches_the_database(item)]
        # The stories first: with several processes the others run beside them, and they take minutes. Browsers last:
        # Playwright keeps an event loop running in the main thread, and other tests want one of their own.
        items.sort(key=lambda item: not item.nodeid.startswith("tests/flows/"))
        items.sort(key=lambda item: item.get_closest_marker("browser") is not None)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped:
            self.skipped.add(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self.skipped.add(report.nodeid)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker of pytest-xdist has ended."""
        self.counts.update(getattr(node, "workeroutput", {}).get("left_out", {}))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(session.config, "workeroutput"):  # this is a worker: the process that started it judges
            session.config.workeroutput["left_out"] = self.counts
        elif session.exitstatus == pytest.ExitCode.OK and self.problems():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for kind, count in self.counts.items():
            terminalreporter.write_line(f"LEFT OUT: {count} tests of kind {kind}: {REMEDIES[kind]}", yellow=True)
        if not _can_run("postgres"):
            terminalreporter.write_line("LEFT OUT: the run on PostgreSQL (.ci/run does it); this one was on SQLite")
        for problem in self.problems():
            terminalreporter.write_line(f"NOT ALLOWED TO BE LEFT OUT: {problem}", red=True)

    def problems(self) -> list[str]:
        """What was left out although it is required; a skipped test counts once anything is required."""
        left = [f"{self.counts[kind]} tests of kind {kind}" for kind in self.required if kind in self.counts]
        unable = [f"kind {kind}: {REMEDIES[kind]}" for kind in self.required if not _can_run(kind)]
        return left + unable + ([f"{len(self.skipped)} skipped tests"] if self.required and self.skipped else [])
