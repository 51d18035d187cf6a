"""Sessions in the shapes of two clouds, checked against a story worked out by hand (conftest.story)."""

import pytest

from webplatform.history.cloud_shapes import likelihood


def get(api, session, cloud, **query):
    return api.get(f"/api/v1/sessions/{session.pk}/as/{cloud}/", query)


def test_rekognition_has_ratios_percents_and_pages(api_of, owner, story):
    api, faces, token, pages = api_of(owner), [], "", 0
    while pages == 0 or token:
        answer = get(api, story, "rekognition", MaxResults=3, **({"NextToken": token} if token else {})).json()
        faces, token, pages = faces + answer["Faces"], answer.get("NextToken", ""), pages + 1
    assert (answer["JobStatus"], answer["JobId"]) == ("SUCCEEDED", str(story.pk))
    assert answer["VideoMetadata"] == {"DurationMillis": 2000, "FrameWidth": 640, "FrameHeight": 480}
    assert pages == 4
    assert [one["Timestamp"] for one in faces] == [0, 200, 400, 400, 600, 800, 1000, 1200, 1200, 1400, 1600]
    first = faces[0]["Face"]
    # The box of every face is 30 x 40 px at (10, 20), in frames of 640 x 480.
    assert first["BoundingBox"] == {"Left": 0.015625, "Top": 0.041667, "Width": 0.046875, "Height": 0.083333}
    assert first["Emotions"][:2] == [{"Type": "HAPPY", "Confidence": 80.0}, {"Type": "SAD", "Confidence": 20.0}]
    assert {one["Type"] for one in first["Emotions"]} == {
        "ANGRY", "DISGUSTED", "FEAR", "HAPPY", "SAD", "SURPRISED", "CALM",
    }  # fmt: skip
    assert "Emotions" not in faces[-1]["Face"]  # blurred: not scored


def test_google_vision_has_a_response_for_each_frame_with_words_for_probabilities(api_of, owner, story):
    api = api_of(owner)
    one = get(api, story, "google-vision", pageSize=3).json()
    two = get(api, story, "google-vision", pageSize=100, pageToken=one["nextPageToken"]).json()
    assert "nextPageToken" not in two
    frames = one["responses"] + two["responses"]
    assert [frame["context"]["uri"].partition("#t=")[2] for frame in frames] == [
        "0.000", "0.200", "0.400", "0.600", "0.800", "1.000", "1.200", "1.400", "1.600",
    ]  # fmt: skip
    assert [len(frame["faceAnnotations"]) for frame in frames] == [1, 1, 2, 1, 1, 1, 2, 1, 1]
    face = frames[0]["faceAnnotations"][0]
    assert face["boundingPoly"]["vertices"] == [
        {"x": 10, "y": 20}, {"x": 40, "y": 20}, {"x": 40, "y": 60}, {"x": 10, "y": 60},
    ]  # fmt: skip
    words = [face[f"{name}Likelihood"] for name in ("joy", "sorrow", "anger", "blurred", "headwear")]
    assert words == ["VERY_LIKELY", "UNLIKELY", "VERY_UNLIKELY", "UNLIKELY", "UNKNOWN"]
    blurred = frames[-1]["faceAnnotations"][0]
    told = [blurred[f"{name}Likelihood"] for name in ("joy", "blurred", "underExposed")]
    assert told == ["UNKNOWN", "LIKELY", "UNKNOWN"]


@pytest.mark.parametrize(
    ("probability", "word"),
    [
        (None, "UNKNOWN"),
        (0.0, "VERY_UNLIKELY"),
        (0.05, "UNLIKELY"),
        (0.25, "POSSIBLE"),
        (0.5, "LIKELY"),
        (0.8, "VERY_LIKELY"),
        (1.0, "VERY_LIKELY"),
    ],
)
def test_a_probability_is_a_word(probability, word):
    assert likelihood(probability) == word


def test_a_page_of_another_session_or_none_is_refused_and_an_empty_session_is_empty(api_of, owner, story, stranger):
    api = api_of(owner)
    google = get(api, story, "google-vision", pageSize=1).json()["nextPageToken"]
    assert get(api, story, "rekognition", NextToken=google).status_code == 404
    for wrong in ("x", "a:b:c", "é"):
        assert get(api, story, "google-vision", pageToken=wrong).status_code == 404
    assert get(api, story, "rekognition", MaxResults=0).status_code == 400
    assert get(api_of(stranger), story, "rekognition").status_code == 404
    story.observations.all().delete()
    assert get(api, story, "rekognition").json()["Faces"] == []
    assert get(api, story, "google-vision").json() == {"responses": []}
