"""How pytest-xdist spreads the tests: file by file, in the order in which one process would run them."""

from __future__ import annotations

from itertools import groupby

from xdist.scheduler import LoadScopeScheduling


class InOrder(LoadScopeScheduling):
    """A stretch of tests of one file goes to one process, which makes the file's expensive fixtures once.

    pytest-django puts tests that empty the database behind those that need what migrations wrote, so a file that
    has both kinds is two stretches. The stories are one: they share a running platform.
    """

    def schedule(self) -> None:
        """Cut the list of all tests into stretches, then hand them out."""
        collected = next(iter(self.registered_collections.values()))
        stretches = groupby(collected, key=_stretch)
        self.stretch_of = {nodeid: f"{path} {at}" for at, (path, ids) in enumerate(stretches) for nodeid in ids}
        super().schedule()

    def _split_scope(self, nodeid: str) -> str:
        return self.stretch_of[nodeid]


def _stretch(nodeid: str) -> str:
    return "tests/flows" if nodeid.startswith("tests/flows/") else nodeid.partition("::")[0]
