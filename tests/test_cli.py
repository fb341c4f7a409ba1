import json
import subprocess
import sys
from pathlib import Path

from crossroads.evidence.catalogue import EVIDENCE

ROOT = Path(__file__).parents[1]


def crossroads(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "crossroads", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_help_names_every_command() -> None:
    done = crossroads("--help")

    assert done.returncode == 0
    for command in ("measure", "evidence", "decide", "refresh"):
        assert command in done.stdout


def test_outside_a_checkout_it_says_so_without_a_traceback(tmp_path: Path) -> None:
    done = crossroads("measure", cwd=tmp_path)

    assert done.returncode == 2
    assert "no mkdocs.yml at or above" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_profile_names_the_possible_ones() -> None:
    done = crossroads("measure", "--profile", "fast")

    assert done.returncode == 2
    assert "'quick', 'full'" in done.stderr


def test_refresh_rewrites_the_output_of_a_transcript(tmp_path: Path) -> None:
    (tmp_path / "example_app").mkdir()
    (tmp_path / "mkdocs.yml").write_text("site_name: test\n")
    (tmp_path / "docs").mkdir()
    (tmp_path / "requirements.txt").touch()
    page = tmp_path / "docs" / "index.md"
    page.write_text("```console\n$ echo new\nold\n```\n")

    assert crossroads("refresh", cwd=tmp_path).stdout == "refreshed docs/index.md\n"
    assert page.read_text() == "```console\n$ echo new\nnew\n```\n"
    assert crossroads("refresh", cwd=tmp_path).stdout == ""


def test_the_evidence_is_printed_with_its_states() -> None:
    done = crossroads("evidence")

    assert done.returncode == 0
    assert "asgi-alone (measured)" in done.stdout
    assert "this build" in done.stdout
    assert "not measured here (missing: " in done.stdout


def test_the_evidence_is_printed_as_it_is_published() -> None:
    done = crossroads("evidence", "--json")

    published = json.loads(done.stdout)
    assert [entry["id"] for entry in published["evidence"]] == list(EVIDENCE)


def test_proofs_that_are_not_there_cannot_become_the_reference(tmp_path: Path) -> None:
    (tmp_path / "mkdocs.yml").touch()
    (tmp_path / "requirements.txt").touch()

    done = crossroads("evidence", "--reference", cwd=tmp_path)

    assert done.returncode == 2
    assert "--prove --reference" in done.stderr
    assert "Traceback" not in done.stderr
