"""Markers and segments: added, changed, read from files, applied to several sessions, and the figures within them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.webplatform.history.readings import face, frame
from webplatform.accounts.models import User
from webplatform.common.errors import Invalid, NotAllowed
from webplatform.consent.models import ConsentRecord
from webplatform.history.mark_files import Mark, read_marks, read_time
from webplatform.history.mark_sets import apply_marks, import_marks, marks_of, plan_marks
from webplatform.history.markers import add_marker, change_marker
from webplatform.history.models import Session
from webplatform.history.segments import add_segment, change_segment, remove_segment
from webplatform.history.services import append_readings, close_session, open_session
from webplatform.history.stretches import figures_of
from webplatform.studies.models import Study


@pytest.fixture
def film(study: Study, owner: User, consent: ConsentRecord) -> Callable[[str], Session]:
    """`film(title)`: 8 s of one person, happy until 4 s and sad from then on, read every 200 ms."""

    def record(title: str, duration_ms: int = 8000) -> Session:
        opened = open_session(
            study=study, user=owner, consent=consent, title=title, source=Session.Source.UPLOAD, every_ms=200
        )
        frames = [frame(t, face(1, **{"happy" if t < 4000 else "sad": 1.0})) for t in range(0, duration_ms, 200)]
        append_readings(session=opened, readings=frames)
        return close_session(session=opened, duration_ms=duration_ms, is_partial=False)

    return record


@pytest.mark.parametrize(
    ("text", "t_ms"),
    [("1:02.500", 62_500), ("1:00:02.5", 3_602_500), ("62.5", 62_500), ("62,5", 62_500), ("250 ms", 250), ("3s", 3000)],
)
def test_times_are_read_as_people_write_them(text: str, t_ms: int):
    assert read_time(text) == t_ms


@pytest.mark.parametrize("text", ["", "soon", "1:75", "-3", "1e3", "99999999999", "1:2:3:4"])
def test_what_is_no_time_is_refused(text: str):
    with pytest.raises(Invalid):
        read_time(text)


def test_a_file_with_a_header_is_read():
    content = b"\xef\xbb\xbffrom;to;text;kind;reason\n0:01,500;;joke;;\n2;3,5;film A;;\n5;6;;excluded;phone rang\n"
    assert read_marks(content) == [
        Mark(1500, None, "joke"),
        Mark(2000, 3500, "film A", "segment"),
        Mark(5000, 6000, "", "excluded", "phone rang"),
    ]


def test_columns_called_ms_count_ms_and_plain_lines_need_no_header():
    assert read_marks(b"t_ms,text\n1500,joke\n") == [Mark(1500, None, "joke")]
    assert read_marks(b"1.5,joke\n0:02,second\n") == [Mark(1500, None, "joke"), Mark(2000, None, "second")]
    assert read_marks(b"1500,joke\n", unit="ms") == [Mark(1500, None, "joke")]


def test_every_wrong_line_is_told_and_nothing_is_read():
    with pytest.raises(Invalid) as refused:
        read_marks(b"from,to,text,kind,reason\n1,,fine,,\nlate,,x,,\n3,2,x,,\n4,5,,excluded,\n\n6,7,x,odd,\n8,,,,\n")
    problems = refused.value.details["problems"]
    assert [problem.split(":")[0] for problem in problems] == ["Line 3", "Line 4", "Line 5", "Line 7", "Line 8"]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"a,b,c,d,e,f\n", b"to,text\n1,x\n", b"\xff\xfe1", b"1,\x00\n"])
def test_what_is_no_table_of_marks_is_refused(content: bytes):
    with pytest.raises(Invalid):
        read_marks(content)


def test_importing_twice_doubles_nothing(film, owner: User):
    session = film("one")
    marks = [Mark(1000, None, "joke"), Mark(2000, 3000, "film", "segment")]
    assert len(import_marks(session=session, user=owner, marks=marks).new) == 2
    again = import_marks(session=session, user=owner, marks=marks)
    assert (len(again.new), again.known) == (0, 2)
    assert marks_of(session) == marks


def test_an_import_that_does_not_fit_changes_nothing(film, owner: User, viewer: User):
    session = film("one")
    with pytest.raises(Invalid):
        import_marks(session=session, user=owner, marks=[Mark(0, None, "fits"), Mark(8001, None, "does not")])
    assert marks_of(session) == []
    with pytest.raises(NotAllowed):
        import_marks(session=session, user=viewer, marks=[Mark(0, None, "fits")])


def test_a_set_is_applied_to_all_chosen_sessions(film, owner: User):
    source, other, short = film("source"), film("other"), film("short", 2000)
    import_marks(session=source, user=owner, marks=[Mark(1000, None, "joke"), Mark(2000, 3000, "film", "segment")])
    add_marker(session=other, user=owner, t_ms=500, text="own")
    marks = marks_of(source)
    plan = plan_marks(session=short, marks=marks)
    assert (len(plan.new), plan.outside, plan.removed) == (1, 1, 0)
    apply_marks(sessions=[other, short], user=owner, marks=marks, is_replacing=True)
    assert marks_of(other) == marks
    assert marks_of(short) == [Mark(1000, None, "joke")]


def test_a_set_is_applied_to_all_or_none(film, owner: User, viewer: User):
    source, other = film("source"), film("other")
    with pytest.raises(NotAllowed):
        apply_marks(sessions=[other], user=viewer, marks=[Mark(0, None, "joke")], is_replacing=False)
    with pytest.raises(Invalid):
        apply_marks(sessions=[], user=owner, marks=marks_of(source), is_replacing=False)
    assert marks_of(other) == []


def test_a_second_baseline_takes_the_place_of_the_first(film, owner: User):
    session = film("one")
    add_segment(session=session, user=owner, stretch=(0, 1000), kind="baseline")
    add_segment(session=session, user=owner, stretch=(1000, 2000), kind="baseline")
    assert [one.from_ms for one in session.segments.all()] == [1000]


@pytest.mark.parametrize(
    ("stretch", "kind", "label"),
    [
        ((3, 3), "segment", "x"),
        ((5, 2), "segment", "x"),
        ((0, 9000), "segment", "x"),
        ((0, 9), "segment", " "),
        ((0, 9), "excluded", "x"),
        ((0, 9), "odd", "x"),
    ],
)
def test_a_segment_that_makes_no_sense_is_refused(film, owner: User, stretch, kind, label):
    with pytest.raises(Invalid):
        add_segment(session=film("one"), user=owner, stretch=stretch, kind=kind, label=label)


def test_an_excluded_stretch_leaves_every_figure_and_comes_back_with_it(film, owner: User, viewer: User):
    session = film("one")
    segment = add_segment(session=session, user=owner, stretch=(0, 4000), kind="excluded", reason="phone")
    assert session.revised["share"]["sad"] == 1.0
    assert session.revised["observations"] == 20
    change_segment(segment=segment, user=owner, stretch=(4000, 8000), kind="excluded", reason="phone")
    assert segment.session.revised["share"]["happy"] == 1.0
    with pytest.raises(NotAllowed):
        remove_segment(segment=segment, user=viewer)
    remove_segment(segment=segment, user=owner)
    session.refresh_from_db()
    assert session.revised == {}


def test_a_marker_can_be_moved_and_reworded(film, owner: User, viewer: User):
    session = film("one")
    marker = add_marker(session=session, user=owner, t_ms=1000, text="joke")
    change_marker(marker=marker, user=owner, t_ms=2000, text=" better  joke ")
    assert marks_of(session) == [Mark(2000, None, "better joke")]
    with pytest.raises(NotAllowed):
        change_marker(marker=marker, user=viewer, t_ms=0, text="x")
    with pytest.raises(Invalid):
        change_marker(marker=marker, user=owner, t_ms=9000, text="x")


def test_figures_are_told_within_segments_and_between_markers(film, owner: User):
    session = film("one")
    add_segment(session=session, user=owner, stretch=(3000, 5000), kind="segment", label="middle")
    add_segment(session=session, user=owner, stretch=(3000, 3400), kind="excluded", reason="blink")
    add_marker(session=session, user=owner, t_ms=4000, text="cry")
    rows = {(row["kind"], row["label"]): row for row in figures_of(session)}
    assert set(rows) == {("segment", "middle"), ("between", ""), ("between", "cry")}
    middle = rows["segment", "middle"]
    assert (middle["observations"], middle["share"]["happy"], middle["share"]["sad"]) == (8, 0.375, 0.625)
    assert rows["between", "cry"]["share"]["sad"] == 1.0
    assert rows["between", ""]["observations"] == 18


def test_a_stretch_without_a_reading_is_told_with_n_0(film, owner: User):
    session = film("one")
    add_segment(session=session, user=owner, stretch=(50, 150), kind="segment", label="nothing")
    row = figures_of(session)[0]
    assert (row["label"], row["observations"], row["share"]) == ("nothing", 0, {})
