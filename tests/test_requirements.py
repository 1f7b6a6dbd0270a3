"""What the product imports is what a server installs, and a newcomer's own pip can install it."""

import ast
import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Every folder of ours with code: what it imports must be installed.
ROOMS = sorted(
    path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"
)

# What pip says when it does not reach its registry at all.
NO_NETWORK = re.compile(r"after connection broken|Max retries exceeded|Network is unreachable")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def imported_by(path: Path) -> set[str]:
    """Return the top-level modules that a file imports when it runs (not for types only)."""
    found = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in for_types:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.fixture(scope="session")
def plain_python(tmp_path_factory):
    """The interpreter of a fresh venv, with the pip that this version of Python brings."""
    venv = tmp_path_factory.mktemp("plain") / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    return venv / "bin" / "python"


def pins(lock: str) -> set[str]:
    """Return the pins of a lock file, each with its hashes, in one line."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    return {
        " ".join(pin.replace("\\", " ").split()) for pin in re.split(r"\n(?=\S)", "\n".join(lines))
    }


@pytest.mark.parametrize("lock", ["requirements-matching.txt", "requirements-dev.txt"])
def test_the_other_lock_files_hold_the_pins_of_the_product(lock):
    assert pins("requirements.txt") <= pins(lock)


def test_the_pip_that_python_brings_accepts_every_pin(plain_python):
    """Those of the product and of matching; `./test` has installed the others."""
    command = [plain_python, "-m", "pip", "install", "--quiet", "--dry-run", "--require-hashes"]

    done = subprocess.run(
        [
            *command,
            *("--disable-pip-version-check", "--no-input"),
            f"-r{ROOT / 'requirements-matching.txt'}",
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    offline = done.returncode and NO_NETWORK.search(done.stderr)
    if offline and not (os.environ.get("E2E_REQUIRED") or os.environ.get("CI") == "true"):
        pytest.skip("pip does not reach its registry: nobody knows whether the pins hold")
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize(
    ("lock", "finder"), [("requirements.txt", False), ("requirements-matching.txt", True)]
)
def test_every_import_of_the_product_is_in_its_lock_file(lock, finder):
    """Only the finder of two records of one person may import what web servers do not have."""
    installed = {
        normal(found[1])
        for line in (ROOT / lock).read_text().splitlines()
        if (found := re.match(r"([\w.-]+)(\[.*\])?==", line))
    }
    providers = packages_distributions()
    modules = {
        module
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for module in imported_by(path)
        if finder or not path.is_relative_to(ROOT / "matching" / "splink")
    }

    missing = {
        module
        for module in modules - set(sys.stdlib_module_names) - set(ROOMS)
        if not installed & {normal(name) for name in providers.get(module, [])}
    }

    assert missing == set()
