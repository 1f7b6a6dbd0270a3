"""What the product imports is what a server installs: the tools of development must not hide a gap."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Every folder of ours with code: what it imports must be installed.
ROOMS = sorted(
    path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"
)


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


def test_every_import_of_the_product_is_in_requirements_txt():
    installed = {
        normal(line.split("==")[0])
        for line in (ROOT / "requirements.txt").read_text().splitlines()
        if "==" in line
    }
    providers = packages_distributions()
    modules = {
        module
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for module in imported_by(path)
    }

    missing = {
        module
        for module in modules - set(sys.stdlib_module_names) - set(ROOMS)
        if not installed & {normal(name) for name in providers.get(module, [])}
    }

    assert missing == set()
