"""Each kind of file is known wherever kinds are named."""

from raut_client.operations import FORMATS

from webplatform.exporting.kinds import KINDS, Format
from webplatform.exporting.words import GROUPS, NOTES


def test_each_kind_has_a_module_that_writes_it():
    assert list(KINDS) == list(Format)
    assert all(callable(kind.writer()) for kind in KINDS.values())


def test_the_page_offers_each_kind_once_and_says_what_it_is_for():
    offered = [kind for _name, kinds in GROUPS for kind in kinds]
    assert sorted(offered) == sorted(Format)
    assert set(NOTES) == set(Format)


def test_the_python_client_takes_each_kind():
    assert set(Format.values) == FORMATS
