"""The servers that a load is put on, as processes: Raut on its embedded default, and a view around PyPI `fer`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peer_fer import make_environment

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SAY_HELLO = """
from webplatform.accounts.models import User
from webplatform.accounts.services import create_token
from webplatform.consent.services import give_consent
from webplatform.studies.services import personal_study
user = User.objects.create_user(email="load@example.org", password=None)
personal_study(user)
give_consent(user=user, language="en", channel="api")
print(create_token(user=user, name="load")[1])
"""


@dataclass(frozen=True)
class Server:
    """Where a server listens, and the processes whose time and memory are counted; none for a foreign one."""

    name: str
    url: str
    token: str = ""
    pids: tuple[int, ...] = ()

    def cpu_s(self) -> float:
        """Processor seconds that its processes have used."""
        ticks = 0
        for pid in self.pids:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def rss_mb(self) -> float | None:
        """Memory that its processes hold, MB."""
        pages = sum(int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1]) for pid in self.pids)
        return round(pages * os.sysconf("SC_PAGE_SIZE") / 1024**2, 1) if self.pids else None


@contextmanager
def platform(url: str, token: str) -> Iterator[Server]:
    """Raut: the one at `url`, or one of our own on a new data folder, with an account that has given its consent."""
    if url:
        yield Server("raut", url.rstrip("/"), token)
        return
    with tempfile.TemporaryDirectory(prefix="raut-load-") as folder, embedded(Path(folder)) as server:
        yield Server("raut", server.url, _new_token(_own_env(Path(folder))), server.pids)


@contextmanager
def embedded(folder: Path) -> Iterator[Server]:
    """Raut on its embedded default, with this data folder."""
    command = [sys.executable, "manage.py", "up", "--port", "0"]
    env = _own_env(folder)
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            own_url = _await_url(process)
            yield Server("raut", own_url, pids=_web_processes(process.pid))
        finally:
            process.terminate()
            process.communicate()


def _own_env(folder: Path) -> dict[str, str]:
    return os.environ | {"RAUT_DATA_DIR": str(folder), "RAUT_ENV_FILE": os.devnull}


@contextmanager
def fer_view() -> Iterator[Server]:
    """A view that calls fer for each frame it is sent."""
    python = ROOT / ".venv-fer" / "bin" / "python"
    make_environment(python)
    command = [str(python), str(HERE / "_fer_view.py")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True) as view:
        assert view.stdin and view.stdout
        port, *pids = view.stdout.readline().split() or [""]
        if not port:
            raise SystemExit("fer's view did not start; run benchmarks/_fer_view.py by itself to see why.")
        try:
            yield Server("fer", f"http://127.0.0.1:{port}", pids=tuple(map(int, pids)))
        finally:
            view.stdin.close()  # it ends with its input


def _await_url(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    for line in process.stdout:
        if line.startswith("Raut runs at "):
            return line.split()[3]
    raise SystemExit("The platform did not start.")


def _new_token(env: dict[str, str]) -> str:
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", SAY_HELLO]
    output = subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True, text=True).stdout
    return output.strip().splitlines()[-1]


def _web_processes(root: int) -> tuple[int, ...]:
    """The web server's processes among the descendants of `root`."""
    parents, names = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text(encoding="utf-8")
            names[int(folder.name)] = (folder / "cmdline").read_text(encoding="utf-8")
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has ended meanwhile
        parents[int(folder.name)] = int(stat.rpartition(") ")[2].split()[1])
    descendants = [root]
    for pid in descendants:
        descendants += [child for child, parent in parents.items() if parent == pid]
    web = {pid for pid in descendants if "webplatform.operations.server" in names.get(pid, "")}
    return tuple(sorted(web | {pid for pid in descendants if parents.get(pid) in web}))
