"""Bring files and database up to date with the code; steps without changes are skipped.

Runs as a process of its own (`python -m launcher.preparing`), so that Django is set up once for
all steps. A step is skipped if the digest of everything it reads is that of its last success.
"""

import hashlib
import os
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from launcher.places import ROOT

# Set by the launcher to identify the cluster; without it, database steps always run.
DATABASE_IDENTITY = "VAXREG_DATABASE_IDENTITY"
# The role of web, worker and beat, if the tables belong to another one.
APP_ROLE_NAME = "DATABASE_APP_ROLE"
LOCK_FILE = "requirements.txt"
STAMPS = ROOT / "var" / "stamps"


# Files that our packages bring along and no page of ours loads.
UNUSED = ("--ignore=redoc", "--ignore=rest_framework")


@dataclass(frozen=True)
class SetUpStep:
    """One management command, and what its result depends on (paths or patterns under ROOT)."""

    title: str
    command: tuple[str, ...]
    reads: tuple[str, ...]
    in_database: bool = False
    demo_only: bool = False
    always: bool = False
    # The step is for an environment with this variable only.
    wants: str = ""


FILES = (
    SetUpStep("fonts", ("build_fonts",), ("vaxreg/management/commands/build_fonts.py",)),
    SetUpStep(
        "translations",
        ("messages", "--compile"),
        ("locale/*/LC_MESSAGES/*.po", "vaxreg/management/commands/messages.py"),
    ),
)
STATIC = (
    SetUpStep(
        "static files",
        ("collectstatic", "--noinput", "--clear", "--verbosity=0", *UNUSED),
        ("static/**/*", "var/fonts/**/*", "vaxreg/settings.py", "vaxreg/staticfiles.py"),
    ),
)
DATABASE = (
    SetUpStep(
        "migrations", ("migrate", "--verbosity", "0"), ("*/migrations/*.py",), in_database=True
    ),
    SetUpStep(
        "rights of the application",
        ("grant_access",),
        ("*/migrations/*.py", "vaxreg/database/roles.py"),
        in_database=True,
        wants=APP_ROLE_NAME,
    ),
    SetUpStep("areas", ("load_areas",), ("organizations/**/*.py",), in_database=True),
    SetUpStep(
        "organizations",
        ("build_organizations",),
        ("organizations/**/*.py",),
        in_database=True,
    ),
    SetUpStep("vaccines", ("load_vaccines",), ("doses/**/*.py",), in_database=True),
    SetUpStep("demo data", ("seed_demo",), (), in_database=True, demo_only=True, always=True),
    # Writes the heartbeat that /readyz needs, and does what fell due while nothing was running.
    SetUpStep("what fell due meanwhile", ("sweep",), (), in_database=True, always=True),
    SetUpStep("figures of the reports", ("keep_figures",), (), in_database=True, always=True),
)


def digest(step: SetUpStep) -> str:
    """Return a digest of the step and all files it reads, the lock file included."""
    result = hashlib.sha256(repr(step).encode())
    for path in _files((LOCK_FILE, *step.reads)):
        result.update(str(path.relative_to(ROOT)).encode())
        result.update(path.read_bytes())
    if step.in_database:
        result.update(os.environ.get(DATABASE_IDENTITY, "").encode())
    return result.hexdigest()


def is_done(step: SetUpStep, stamp: Path) -> bool:
    if step.always or (step.in_database and not os.environ.get(DATABASE_IDENTITY)):
        return False
    return stamp.exists() and stamp.read_text() == digest(step)


def prepare(steps: Iterable[SetUpStep], stamps: Path, *, demo: bool) -> None:
    """Run every step that is not up to date, in order."""
    import django
    from django.core.management import call_command

    django.setup()
    for step in steps:
        stamp = stamps / step.title.replace(" ", "-")
        is_wanted = not step.wants or os.environ.get(step.wants)
        if not is_wanted or (step.demo_only and not demo) or is_done(step, stamp):
            continue
        began = time.monotonic()
        call_command(*step.command)
        stamp.write_text(digest(step))
        print(f"run    | {step.title}: {time.monotonic() - began:.1f} s", flush=True)


def _files(patterns: Iterable[str]) -> list[Path]:
    return sorted({path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()})


def main() -> None:
    from django.conf import settings

    kinds = {"files": FILES, "static": STATIC, "database": DATABASE}
    steps = [step for kind in sys.argv[1:] for step in kinds[kind]]
    prepare(steps, STAMPS, demo=settings.DEMO)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vaxreg.settings")
    main()
