"""The command line: `python -m inference PATH…`."""

import csv
import io
import json
import subprocess
import sys

import cv2
import pytest

from inference.__main__ import main
from tests import clips


@pytest.fixture
def folder(tmp_path):
    """Two pictures in a folder and its subfolder."""
    (tmp_path / "in" / "deep").mkdir(parents=True)
    cv2.imwrite(str(tmp_path / "in" / "a.png"), clips.face_picture())
    cv2.imwrite(str(tmp_path / "in" / "deep" / "b.jpg"), clips.face_picture()[:60, :60])
    return tmp_path / "in"


def test_a_folder_gives_one_json_line_per_picture(folder, capsys):
    assert main([str(folder)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["source"] for line in lines] == [str(folder / "a.png"), str(folder / "deep" / "b.jpg")]
    assert set(lines[0]) == {"source", "t_ms", "width", "height", "faces"}
    assert set(lines[0]["faces"][0]) == {"track", "box", "scores", "dominant", "reason"}
    assert list(lines[0]["faces"][0]["scores"]) == ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]
    assert lines[0]["faces"][0]["dominant"] == "happy"
    assert lines[1]["faces"] == []


def test_a_video_gives_csv_rows_with_its_times(clip, capsys):
    clips.write_clip(clip, clips.moving_face(26))
    assert main([str(clip), "--format", "csv", "--every-ms", "500"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    columns = "source,t_ms,track,x,y,w,h,angry,disgust,fear,happy,sad,surprise,neutral,dominant,reason"
    assert list(rows[0]) == columns.split(",")
    assert [row["t_ms"] for row in rows] == ["0", "520", "1000"]  # 25 frames a second: the first at or after 500 ms
    assert sum(float(rows[0][name]) for name in list(rows[0])[7:14]) == pytest.approx(1, abs=1e-4)


def test_a_whole_image_is_scored_however_small(tmp_path, capsys):
    cv2.imwrite(str(tmp_path / "tiny.png"), clips.face_picture()[60:178, 166:284][::4, ::4])
    assert main([str(tmp_path / "tiny.png"), "--whole-image"]) == 0
    (face,) = json.loads(capsys.readouterr().out)["faces"]
    assert face["scores"] is not None
    assert face["box"] == [0.0, 0.0, 30.0, 30.0]


def test_an_unreadable_file_is_one_line_and_the_others_go_on(folder, capsys):
    (folder / "a0.mp4").write_text("no video", encoding="utf-8")
    assert main([str(folder)]) == 1
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 2
    (line,) = said.err.splitlines()
    assert line.startswith("error: ")
    assert "a0.mp4" in line


def test_a_path_that_is_not_there_is_told(tmp_path, capsys):
    assert main([str(tmp_path / "none.mp4")]) == 1
    assert "none.mp4" in capsys.readouterr().err


def test_a_folder_without_media_is_told(tmp_path, capsys):
    assert main([str(tmp_path)]) == 1
    assert "holds no pictures or videos" in capsys.readouterr().err


def test_the_output_file_is_written_whole_or_not_at_all(folder, tmp_path, capsys):
    out = tmp_path / "out.jsonl"
    assert main([str(folder), "--output", str(out)]) == 0
    assert len(out.read_text(encoding="utf-8").splitlines()) == 2
    assert main([str(folder), "--output", str(tmp_path / "none" / "out.jsonl")]) == 1
    assert sorted(tmp_path.iterdir()) == [folder, out]


def test_a_partial_video_is_read_and_told(clip, capsys):
    clips.truncate(clips.write_faststart(clip, 100), 0.5)
    assert main([str(clip)]) == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) > 2
    assert "its header states 4000 ms" in said.err


def test_a_wrong_step_is_a_usage_error(folder):
    with pytest.raises(SystemExit) as refused:
        main([str(folder), "--every-ms", "0"])
    assert refused.value.code == 2


def test_the_module_runs_as_a_program(folder):
    command = [sys.executable, "-m", "inference", str(folder / "a.png")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["faces"][0]["dominant"] == "happy"
