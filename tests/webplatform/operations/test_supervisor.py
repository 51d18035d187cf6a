from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from webplatform.common.system.parent_death import PARENT_DEATH
from webplatform.operations.supervisor import ChildSpec, Supervisor

SLEEPER = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
PARENT = "import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
PARENT += "print(p.pid, flush=True); time.sleep(60)"


def python(name: str, code: str) -> ChildSpec:
    return ChildSpec(name, (sys.executable, "-c", code))


@contextmanager
def supervised(folder: Path, *specs: ChildSpec, report: Callable[[str], None] = print) -> Iterator[Supervisor]:
    supervisor = Supervisor(list(specs), log_folder=folder, report=report)
    try:
        yield supervisor
    finally:
        supervisor.stop_all()


def wait_until(condition: Callable[[], object], timeout_s: float = 10) -> None:
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, "it did not come true in time"
        time.sleep(0.01)


def has_said(folder: Path, name: str, text: str = "up") -> bool:
    file = folder / f"{name}.log"
    return file.exists() and text in file.read_text(encoding="utf-8")


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_child_that_dies_is_started_again(tmp_path: Path):
    said: list[str] = []
    with supervised(tmp_path, python("a", SLEEPER), report=said.append) as supervisor:
        supervisor.start()
        first = supervisor.pid("a")
        supervisor.kill("a")
        wait_until(lambda: supervisor.tend() or supervisor.pid("a"))
        assert supervisor.pid("a") != first
    assert said == ["a ended (killed by SIGKILL); it starts again in 0.5 s"]


def test_restarts_wait_longer_each_time(tmp_path: Path):
    said: list[str] = []
    with supervised(tmp_path, python("a", "raise SystemExit(3)"), report=said.append) as supervisor:
        supervisor.start()
        wait_until(lambda: supervisor.tend() or len(said) == 3)
    assert [line.rsplit(" in ")[1] for line in said] == ["0.5 s", "1.0 s", "2.0 s"]
    assert said[0].startswith("a ended (exit code 3)")


def test_a_stopped_child_stays_down_until_it_is_started(tmp_path: Path):
    with supervised(tmp_path, python("a", SLEEPER)) as supervisor:
        supervisor.start()
        supervisor.stop("a")
        supervisor.tend()
        assert supervisor.pid("a") is None
        supervisor.start("a")
        assert supervisor.pid("a")


def test_a_child_that_ignores_sigterm_is_stopped_all_the_same(tmp_path: Path):
    with supervised(tmp_path, python("a", STUBBORN)) as supervisor:
        supervisor.start()
        wait_until(lambda: has_said(tmp_path, "a"))
        pid = supervisor.pid("a")
        supervisor.stop_all()
        assert not is_alive(pid)


def test_the_children_of_a_killed_child_end_with_it(tmp_path: Path):
    with supervised(tmp_path, python("a", PARENT)) as supervisor:
        supervisor.start()
        wait_until(lambda: has_said(tmp_path, "a", "\n"))
        grandchild = int((tmp_path / "a.log").read_text(encoding="utf-8"))
        supervisor.kill("a")
        wait_until(lambda: not is_alive(grandchild))


def test_the_first_child_is_stopped_last(tmp_path: Path):
    order = tmp_path / "order"
    code = (
        "import signal, sys, time, pathlib\n"
        "def end(*_):\n"
        f"    pathlib.Path({str(order)!r}).open('a').write('NAME '); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end); print('up', flush=True); time.sleep(60)"
    )
    specs = [python(name, code.replace("NAME", name)) for name in ("redis", "web")]
    with supervised(tmp_path, *specs) as supervisor:
        supervisor.start()
        wait_until(lambda: has_said(tmp_path, "redis") and has_said(tmp_path, "web"))
        supervisor.stop_all()
    assert order.read_text(encoding="utf-8").split() == ["web", "redis"]


def test_children_end_when_the_supervisor_is_killed(tmp_path: Path):
    code = (
        "import sys, time; from pathlib import Path; "
        "from webplatform.operations.supervisor import ChildSpec, Supervisor; "
        f"s = Supervisor([ChildSpec('a', (sys.executable, '-c', {SLEEPER!r}))], log_folder=Path({str(tmp_path)!r})); "
        "s.start(); print(s.pid('a'), flush=True); time.sleep(60)"
    )
    starter = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        child = int(starter.stdout.readline())
        wait_until(lambda: has_said(tmp_path, "a"))
    finally:
        starter.kill()
        starter.communicate()
    wait_until(lambda: not is_alive(child))


def test_a_command_that_ends_with_its_parent_does_not_start_without_it():
    done = subprocess.run([sys.executable, str(PARENT_DEATH), "1", "true"], capture_output=True, text=True, check=False)
    assert (done.returncode, "is gone" in done.stderr) == (1, True)


def test_the_logs_of_all_children_can_be_read_together(tmp_path: Path):
    with supervised(tmp_path, python("a", SLEEPER), python("b", SLEEPER)) as supervisor:
        supervisor.start()
        wait_until(lambda: has_said(tmp_path, "a") and has_said(tmp_path, "b"))
        assert supervisor.logs() == "----- a\nup\n\n----- b\nup\n"


def test_ctrl_c_in_the_terminal_does_not_reach_a_child(tmp_path: Path):
    with supervised(tmp_path, python("a", SLEEPER)) as supervisor:
        supervisor.start()
        assert os.getsid(supervisor.pid("a")) != os.getsid(0)
