"""The tests that a change asks for: those of the apps it touches and of the apps that import them."""

import ast
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from launcher.places import ROOT

# Under these, folders and style sheets have the names of apps; all else there is for every page.
BY_APP = ("tests", "templates", "static")
# All apps import this one: a change to it asks for all tests.
LOWEST = "vaxreg"


def changed_files(base: str = "main") -> set[str]:
    """Return the paths that differ from the fork of this branch and `base`, committed or not."""
    fork = _git("merge-base", base, "HEAD") or ["HEAD"]
    # A moved file also counts where it was before.
    differing = _git("diff", "--name-only", "--no-renames", fork[0])
    return {*differing, *_git("ls-files", "--others", "--exclude-standard")}


def tests_for(changed: Iterable[str]) -> list[str]:
    """Return the folders in tests/ for these paths, and the test files beside the folders."""
    imports = imports_of_apps()
    touched = {app for path in changed if (app := app_of(path, imports.keys()))}
    asked = touched | importers(touched, imports)
    tests = ROOT / "tests"
    folders = sorted(f"tests/{app}" for app in asked if (tests / app).is_dir())
    return [*folders, *sorted(f"tests/{path.name}" for path in tests.glob("test_*.py"))]


def app_of(path: str, apps: Iterable[str]) -> str:
    """Return the app of a file, LOWEST if all apps depend on it, "" if none does."""
    top, *below = path.split("/")
    if top in apps:
        return top
    if top in BY_APP:
        if top == "tests" and len(below) == 1 and below[0].startswith("test_"):
            return ""
        if top == "tests" and len(below) > 1 and (ROOT / "tests" / below[0]).is_dir():
            # Also folders without an app of their own: journeys, factories.
            return LOWEST if below[0] == "factories" else below[0]
        named = {word for part in below for word in (part, part.split(".")[0].split("-")[0])}
        return next((app for app in apps if app in named), LOWEST)
    is_for_tools = not below and (top.endswith(".toml") or top.startswith("requirements"))
    return LOWEST if is_for_tools else ""


def importers(apps: Iterable[str], imports: Mapping[str, set[str]]) -> set[str]:
    """Return these apps and all that import one of them, directly or through others."""
    found = set(apps)
    while more := {app for app, imported in imports.items() if imported & found} - found:
        found |= more
    return found


def imports_of_apps() -> dict[str, set[str]]:
    """Return the name of each app with the names of the apps that its files import."""
    folders = {path.parent.name: path.parent for path in ROOT.glob("*/__init__.py")}
    folders.pop("tests", None)
    return {
        name: {app for path in folder.rglob("*.py") for app in _imported(path)} & folders.keys()
        for name, folder in folders.items()
    }


def _imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def _git(*arguments: str) -> list[str]:
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.splitlines() if done.returncode == 0 else []
