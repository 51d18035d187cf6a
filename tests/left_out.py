"""What a run leaves out because this machine lacks something, said plainly; `--require` makes that a failure."""

from __future__ import annotations

import os
import shutil

import pytest

REMEDIES = {
    "browser": "no Chromium (apt-get install chromium, or set CHROMIUM)",
    "nginx": "no nginx (apt-get install nginx-light)",
    "postgres": "no PostgreSQL (set DATABASE_URL=postgres://…)",
}


def chromium() -> str | None:
    """The Chromium of this machine, if there is one."""
    named = os.environ.get("CHROMIUM")
    return named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def _can_run(kind: str) -> bool:
    if kind == "nginx":
        return shutil.which("nginx") is not None
    return bool(chromium()) if kind == "browser" else os.environ.get("DATABASE_URL", "").startswith("postgres")


class LeftOut:
    """Takes tests that cannot run here out of the run and counts them."""

    def __init__(self, required: list[str]) -> None:
        self.required = required
        self.counts: dict[str, int] = {}
        self.skipped = 0

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        for kind in REMEDIES:
            hit = [] if _can_run(kind) else [item for item in items if item.get_closest_marker(kind)]
            if hit:
                self.counts[kind] = len(hit)
                config.hook.pytest_deselected(items=hit)
                items[:] = [item for item in items if item not in hit]
        # Last of all: Playwright keeps an event loop running in the main thread, and other tests want one of their own.
        items.sort(key=lambda item: item.get_closest_marker("browser") is not None)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.skipped += report.skipped

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.exitstatus == pytest.ExitCode.OK and self.problems():
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
        return left + unable + ([f"{self.skipped} skipped tests"] if self.required and self.skipped else [])
