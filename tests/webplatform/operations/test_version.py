from pathlib import Path

from webplatform.operations.version import read_version


def test_the_version_is_the_newest_of_the_changelog(tmp_path: Path):
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text("# Changelog\n\n## Unreleased\n- x\n\n## 1.2.0 (2026-12-01)\n\n## 1.1.0\n", encoding="utf-8")
    assert read_version(changelog) == "1.2.0"


def test_before_the_first_release_there_is_no_number(tmp_path: Path):
    changelog = tmp_path / "CHANGELOG.md"
    changelog.write_text("# Changelog\n\n## Unreleased\n- x\n", encoding="utf-8")
    assert read_version(changelog) == "unreleased"
