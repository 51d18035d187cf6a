"""Frames that change their size midway, damage and gaps: what a session knows of its file."""

import csv

import pytest

from inference import Gap, PictureTrack, VideoEnd
from inference.types import FrameReading
from tests.webplatform.history.readings import face
from webplatform.history.models import FrameSize
from webplatform.history.queries import frame_size_at, observations_of
from webplatform.history.services import append_readings, close_session, discard_readings
from webplatform.history.session_files import csv_pieces

END = VideoEnd(
    frames_decoded=40, frames_sampled=4, frames_left_out=0, ended_at_ms=900, expected_ms=900, damaged_packets=3,
    frames_damaged=3, missing=(Gap(300, 420), Gap(600, 700)), missing_ms=220,
)  # fmt: skip
TRACK = PictureTrack(number=2, count=3, codec="h264", width=640, height=480, title="Camera B", language="ind")


def shown(t_ms, width, height):
    return FrameReading(t_ms, width, height, (face(1, happy=1.0),))


@pytest.fixture
def turned(session):
    """A phone that is turned at 400 ms, and back at 800."""
    append_readings(session=session, readings=[shown(0, 640, 480), shown(200, 640, 480), shown(400, 480, 640)])
    append_readings(session=session, readings=[shown(600, 480, 640), shown(800, 640, 480)])
    return session


def test_every_reading_knows_the_size_of_its_own_frame(turned):
    sizes = [(row.t_ms, row.frame_width, row.frame_height) for row in observations_of(turned)]
    assert sizes == [(0, 640, 480), (200, 640, 480), (400, 480, 640), (600, 480, 640), (800, 640, 480)]
    assert frame_size_at(turned, 799) == (480, 640)
    assert frame_size_at(turned, 0) == (640, 480)


def test_a_size_is_written_down_only_where_it_changes(turned):
    assert list(FrameSize.objects.values_list("from_ms", flat=True)) == [400, 800]


def test_a_repeated_analysis_forgets_the_sizes_of_the_first_try(turned):
    discard_readings(session=turned)
    assert not FrameSize.objects.exists()


def test_the_table_for_download_tells_the_size_of_each_frame(turned):
    lines = list(csv.DictReader("".join(csv_pieces(turned)).splitlines()))
    assert [(line["frame_width"], line["frame_height"]) for line in lines[1:3]] == [("640", "480"), ("480", "640")]


def test_the_api_tells_the_size_of_each_frame(turned, owner, api_of):
    rows = api_of(owner).get(f"/api/v1/sessions/{turned.pk}/observations/").json()["results"]
    assert [(row["frame_width"], row["frame_height"]) for row in rows[1:3]] == [(640, 480), (480, 640)]


def test_a_session_says_what_was_damaged_missing_and_read(turned, owner, api_of):
    close_session(session=turned, duration_ms=900, is_partial=False, frames_decoded=40, end=END, track=TRACK)
    answer = api_of(owner).get(f"/api/v1/sessions/{turned.pk}/").json()
    assert answer["frames"]["damaged"] == 3
    assert (answer["frames"]["decoded"], answer["frames"]["skipped"]) == (40, 35)
    assert (answer["missing_ms"], answer["missing"]) == (220, [[300, 420], [600, 700]])
    assert (answer["picture_track"]["number"], answer["picture_track"]["count"]) == (2, 3)


def test_the_page_says_what_was_damaged_missing_and_read(turned, owner, client_of):
    close_session(session=turned, duration_ms=900, is_partial=False, frames_decoded=40, end=END, track=TRACK)
    html = client_of(owner).get(f"/sessions/{turned.pk}/").content.decode()
    assert "3 frames could not be decoded" in html
    assert "0:00.3 – 0:00.4" in html
    assert "Number 2 was read (640 × 480)" in html and "Camera B" in html
    assert "too damaged to be decoded" in html


def test_the_page_of_a_sound_file_speaks_of_no_damage(story, owner, client_of):
    html = client_of(owner).get(f"/sessions/{story.pk}/").content.decode()
    assert 'id="damage"' not in html and 'id="picture-track"' not in html
