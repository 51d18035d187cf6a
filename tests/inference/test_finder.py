"""When a session looks closely, and where it only looks for the faces that it knows."""

import cv2
import numpy as np
import pytest
from skimage import data

from inference.finder import FaceFinder
from inference.joining import Joiner
from inference.tracker import Sighting
from inference.types import Box, DetectedFace
from tests.inference.conftest import SPEC

FACE = DetectedFace(Box(100, 80, 60, 60), 0.9)
OTHER = DetectedFace(Box(300, 90, 60, 60), 0.8)
ROOM = cv2.resize(cv2.cvtColor(data.coffee(), cv2.COLOR_RGB2BGR), (640, 360))
ELSEWHERE = cv2.resize(cv2.cvtColor(data.rocket(), cv2.COLOR_RGB2BGR), (640, 360))


class Eyes:
    """A detector that sees what it is told to, and notes how it was asked."""

    def __init__(self, *faces):
        self.faces = self.followed = faces
        self.looks, self.closely, self.at_all, self.follows = 0, 0, 0, 0

    def scan(self, frame, known=(), within=None, *, closely=False):
        self.closely += closely
        self.looks, self.known, self.within = self.looks + 1, known, within
        return self.faces

    def detect(self, frame):
        self.at_all += 1
        return self.scan(frame, closely=True)

    def follow(self, frame, faces):
        self.follows += 1
        return tuple(next((f for f in self.followed if f.box.iou(face.box) > 0.2), None) for face in faces)


@pytest.fixture
def eyes():
    return Eyes(FACE)


class Numbering:
    """A finder and, behind it, what numbers the faces: (number, face) of each."""

    def __init__(self, eyes):
        self.finder, self.joiner = FaceFinder(eyes), Joiner(SPEC)

    def find(self, frame, t_ms):
        found = self.finder.find(frame, t_ms)
        sightings = [Sighting(each.face.box, each.colours) for each in found.faces]
        faces = [each.face for each in found.faces]
        return tuple(zip(self.joiner.number(sightings, t_ms, found.change), faces, strict=True))


@pytest.fixture
def finder(eyes):
    return Numbering(eyes)


def show_patch(grey):
    """The room with something of this grey at its right edge, around OTHER."""
    frame = ROOM.copy()
    frame[60:180, 280:400] = grey
    return frame


def cover_face():
    """The room with something plain before FACE."""
    frame = ROOM.copy()
    frame[70:150, 90:170] = 120
    return frame


def numbers(found):
    return [number for number, _ in found]


def test_the_whole_frame_is_looked_at_once_a_second(finder, eyes):
    for step in range(15):
        assert numbers(finder.find(show_patch(10 * step), 200 * step)) == [1]
    assert eyes.looks == 3


def test_only_what_changed_since_the_last_look_is_looked_at(finder, eyes):
    finder.find(show_patch(100), 0)
    finder.find(show_patch(140), 1000)
    assert eyes.within.iou(Box(250, 30, 180, 180)) > 0.7


def test_a_room_in_which_nothing_moves_is_not_looked_at_until_the_close_look(finder, eyes):
    for step in range(151):
        finder.find(ROOM, 200 * step)
    assert (eyes.looks, eyes.at_all) == (2, 2)  # at 0 and 30 s


def test_what_changed_slowly_is_looked_at_too(finder, eyes):
    looks = []
    for step in range(24):
        finder.find(show_patch(100 + step), 200 * step)
        looks.append(eyes.looks)
    assert looks[-1] > 2


def test_the_closest_look_comes_every_five_seconds_and_after_a_cut(finder, eyes):
    for step in range(51):
        finder.find(show_patch(5 * step), 200 * step)
    assert (eyes.looks, eyes.closely, eyes.at_all) == (11, 3, 1)
    finder.find(ELSEWHERE, 11_200)
    assert (eyes.looks, eyes.closely, eyes.at_all) == (12, 4, 2)


def test_a_closer_look_is_for_what_changed_since_the_closer_one_before(finder, eyes):
    finder.find(show_patch(100), 0)
    for step in range(1, 5):
        finder.find(show_patch(140), 1000 * step)
    assert (eyes.looks, eyes.closely) == (2, 1)  # what changed once is looked at quickly once
    finder.find(show_patch(140), 5000)
    assert (eyes.looks, eyes.closely, eyes.at_all) == (3, 2, 1)
    assert eyes.within.iou(Box(250, 30, 180, 180)) > 0.7
    assert numbers(finder.find(show_patch(140), 10_000)) == [1]
    assert eyes.looks == 3


def test_the_whole_frame_is_looked_at_closely_where_a_known_face_is_lost_when_a_close_look_is_due(finder, eyes):
    for step in range(6):
        finder.find(ROOM, 900 * step)
    eyes.followed = ()
    finder.find(cover_face(), 5400)
    assert (eyes.closely, eyes.at_all) == (2, 2)


def test_a_new_face_is_seen_within_a_second(finder, eyes):
    finder.find(ROOM, 0)
    eyes.faces = (FACE, OTHER)
    assert [len(finder.find(show_patch(150), 200 * step)) for step in range(1, 6)] == [1, 1, 1, 1, 2]


def test_a_scan_leaves_out_the_faces_that_were_just_followed(finder, eyes):
    finder.find(ROOM, 0)
    moved = DetectedFace(Box(104, 80, 60, 60), 0.7)
    eyes.faces, eyes.followed = (FACE, OTHER), (moved,)

    found = finder.find(show_patch(150), 1000)

    assert list(eyes.known) == [moved]
    assert [face for _, face in found] == [moved, OTHER]


def test_a_face_that_is_lost_brings_a_closer_look_before_the_second_is_over(finder, eyes):
    for t_ms in (0, 200, 400):
        finder.find(ROOM, t_ms)
    eyes.followed = ()
    assert len(finder.find(cover_face(), 600)) == 1
    assert eyes.looks == 2


def test_a_face_out_of_sight_is_looked_for_in_its_old_place_for_a_while(finder, eyes):
    finder.find(ROOM, 0)
    eyes.faces = eyes.followed = ()
    assert finder.find(cover_face(), 200) == ()
    eyes.followed = (FACE,)
    assert numbers(finder.find(ROOM, 400)) == [1]


def test_a_face_that_only_the_follower_still_sees_is_not_lost_by_the_closer_look(finder, eyes):
    finder.find(ROOM, 0)
    eyes.faces = ()
    assert numbers(finder.find(ROOM, 1000)) == [1]


def test_two_looks_that_meet_on_one_face_are_one_face(finder, eyes):
    eyes.faces = (FACE, OTHER)
    finder.find(ROOM, 0)
    eyes.follow = lambda frame, faces: tuple(OTHER for _ in faces)
    assert numbers(finder.find(ROOM, 400)) == [2]


def test_a_known_face_is_shown_to_the_follower_three_times_a_second_at_most(finder, eyes):
    found = [finder.find(ROOM, 100 * step) for step in range(10)]
    assert all(numbers(faces) == [1] for faces in found)
    assert all(face.box.iou(FACE.box) > 0.99 for ((_, face),) in found)
    assert eyes.follows == 2  # at 400 and 800 ms


def test_a_face_that_moved_on_is_found_by_its_grey_levels(finder, eyes):
    finder.find(ROOM, 0)
    moved = np.roll(ROOM, (3, 12), axis=(0, 1))
    ((number, face),) = finder.find(moved, 100)
    assert (eyes.follows, number) == (0, 1)
    assert face.box.iou(Box(112, 83, 60, 60)) > 0.95


def test_a_face_that_is_covered_is_shown_to_the_follower_at_once(finder, eyes):
    finder.find(ROOM, 0)
    eyes.followed = ()
    assert finder.find(cover_face(), 100) == ()
    assert eyes.follows == 1


def test_after_a_cut_the_frame_is_looked_at_and_nobody_keeps_a_number(finder, eyes):
    finder.find(ROOM, 0)
    assert numbers(finder.find(ELSEWHERE, 200)) == [2]
    assert (eyes.looks, eyes.follows) == (2, 0)


def test_a_picture_that_becomes_smaller_keeps_its_faces(finder, eyes):
    finder.find(ROOM, 0)
    small = cv2.resize(ROOM, (320, 180), interpolation=cv2.INTER_AREA)
    eyes.followed = (DetectedFace(Box(50, 40, 30, 30), 0.9),)
    assert numbers(finder.find(small, 200)) == [1]


def test_a_picture_that_is_turned_begins_anew(finder, eyes):
    finder.find(ROOM, 0)
    assert numbers(finder.find(np.ascontiguousarray(np.rot90(ROOM)), 200)) == [2]
