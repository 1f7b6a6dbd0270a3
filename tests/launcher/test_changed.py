"""`./test --changed` runs the tests of what a branch changes and of what is built on it."""

import subprocess

import pytest

from launcher import changed


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A branch of its own with one commit, after which main went on."""
    monkeypatch.setattr(changed, "ROOT", tmp_path)

    def git(*arguments: str) -> None:
        who = ["-c", "user.name=Minh", "-c", "user.email=minh@example.vn"]
        subprocess.run(["git", *who, *arguments], cwd=tmp_path, check=True, capture_output=True)

    def commit(*names: str) -> None:
        for name in names:
            (tmp_path / name).write_text(name)
        git("add", "-A")
        git("commit", "-qm", "more")

    git("init", "-qb", "main")
    commit("old.py", "moved.py")
    git("checkout", "-qb", "branch")
    commit("committed.py")
    git("checkout", "-q", "main")
    commit("of_others.py")
    git("checkout", "-q", "branch")
    git("mv", "moved.py", "there.py")
    return tmp_path


def test_what_is_committed_on_the_branch_and_what_is_not_has_changed(repository):
    (repository / "old.py").write_text("new")
    (repository / "untracked.py").write_text("new")

    found = changed.changed_files()

    assert found == {"committed.py", "moved.py", "there.py", "old.py", "untracked.py"}


def test_apps_that_import_a_changed_one_are_tested_too():
    imports = {"portal": {"corrections"}, "corrections": {"doses"}, "doses": set(), "uptake": set()}

    assert changed.importers({"doses"}, imports) == {"doses", "corrections", "portal"}


@pytest.mark.parametrize(
    ("path", "app"),
    [
        ("hotline/views/desk.py", "hotline"),
        ("templates/portal/record.html", "portal"),
        ("static/css/portal-receipt.css", "portal"),
        ("templates/base.html", "vaxreg"),
        ("pyproject.toml", "vaxreg"),
        ("tests/world.py", "vaxreg"),
        ("tests/factories/doses.py", "vaxreg"),
        ("tests/reporting/caseload.py", "reporting"),
        ("tests/test_repository.py", ""),
        ("docs/glossary.md", ""),
    ],
)
def test_each_file_belongs_to_an_app_or_to_all_or_to_none(path: str, app: str):
    assert changed.app_of(path, {"hotline", "portal", "reporting", "vaxreg"}) == app


def test_the_files_for_the_whole_repository_are_always_tested():
    nothing, one, everything = (
        changed.tests_for(paths) for paths in ([], ["hotline/forms.py"], ["vaxreg/settings.py"])
    )

    assert "tests/test_access_matrix.py" in nothing
    assert "tests/hotline" not in nothing
    assert one == ["tests/hotline", *nothing]
    assert {"tests/accounts", "tests/hotline", "tests/vaxreg"} < set(everything)
