"""The command line: `python -m inference PATH…`."""

import csv
import io
import json
import os
import subprocess
import sys

import av
import cv2
import pytest
from PIL import Image

from inference import defuse_cell
from inference.__main__ import main
from tests import clips, damage


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


def test_every_file_of_a_folder_is_read_or_named(folder, capsys):
    clips.write_clip(folder / "cam.mp4", clips.moving_face(6)).rename(folder / "cam.unknown")
    (folder / "notes.txt").write_text("none of yours", encoding="utf-8")
    (folder / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    (folder / "song.mp3").write_bytes(b"ID3")
    assert main([str(folder)]) == 0
    said = capsys.readouterr()
    assert "cam.unknown" in said.out
    notes = [line for line in said.err.splitlines() if line.startswith("note: ")]
    assert len(notes) == 2
    assert any(".DS_Store, notes.txt" in line and "no pictures or videos" in line for line in notes)
    assert any("song.mp3" in line and "only sound" in line for line in notes)


def test_a_kind_of_picture_that_cannot_be_read_is_an_error(folder, capsys):
    (folder / "raw.NEF").write_bytes(b"II*\0")
    assert main([str(folder)]) == 1
    assert "raw.NEF" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_a_name_that_is_no_utf8_is_spelt_out(folder, tmp_path, form):
    odd = os.fsencode(folder) + b"/M\xfcller.png"
    (folder / "a.png").rename(os.fsdecode(odd))
    assert main([str(folder), "--format", form, "--output", str(tmp_path / "out")]) == 0
    written = (tmp_path / "out").read_text(encoding="utf-8")
    assert "M\\\\xfcller.png" in written if form == "jsonl" else "M\\xfcller.png" in written


def test_a_video_with_a_name_that_is_no_utf8_is_read(tmp_path, capsys):
    path = clips.write_clip(tmp_path / "a.mp4", clips.moving_face(6))
    odd = os.fsencode(tmp_path) + b"/M\xfcller.mp4"
    path.rename(os.fsdecode(odd))
    assert main([os.fsdecode(odd)]) == 0
    assert "xfcller.mp4" in capsys.readouterr().out


def test_a_spreadsheet_runs_no_formula_from_a_name(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    cv2.imwrite(str(tmp_path / "=cmd.png"), clips.face_picture())
    assert main(["=cmd.png", "--format", "csv"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert row["source"] == "'=cmd.png"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_cell_that_looks_like_a_formula_is_defused(text):
    assert defuse_cell(text) == f"'{text}"


def test_an_ordinary_cell_is_left_alone():
    assert [defuse_cell(text) for text in ("", "clip.mp4", "a=b", "1.5")] == ["", "clip.mp4", "a=b", "1.5"]


def test_damage_is_told_with_numbers(tmp_path, capsys):
    path = clips.write_clip(tmp_path / "hole.avi", damage.noise(50), codec="mjpeg")
    damage.zero_stretch(path, 0.4, 0.5)
    assert main([str(path)]) == 0
    said = capsys.readouterr().err
    assert "frames are too damaged to be read" in said
    assert "ms of picture are missing" in said


def test_the_help_says_what_the_exit_code_means(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "exit code is 1" in " ".join(capsys.readouterr().out.split())


def test_of_several_pages_the_first_is_read_and_the_others_are_named(tmp_path, capsys):
    pages = [Image.fromarray(clips.face_picture()[:, :, ::-1]), Image.new("RGB", (64, 64))]
    pages[0].save(tmp_path / "scan.tif", save_all=True, append_images=pages[1:])
    assert main([str(tmp_path / "scan.tif")]) == 0
    assert "it has 2 pages; the first was read" in capsys.readouterr().err


def test_damage_that_nobody_foresaw_ends_one_file_and_keeps_the_output_of_the_others(folder, capsys, monkeypatch):
    def fall_over(engine, file, every_ms):
        yield engine.read_image(folder / "a.png")
        raise av.error.InvalidDataError(1094995529, "Invalid data found when processing input", str(file))

    (folder / "b.ts").write_bytes(b"G" * 188 * 10)
    monkeypatch.setattr("inference.__main__._read_video", fall_over)
    target = folder.parent / "out.jsonl"
    assert main([str(folder / "b.ts"), str(folder / "a.png"), "--output", str(target)]) == 1
    sources = [json.loads(line)["source"] for line in target.read_text().splitlines()]
    assert sources == [str(folder / "b.ts"), str(folder / "a.png")]
    assert "b.ts: it is damaged and cannot be read on" in capsys.readouterr().err
