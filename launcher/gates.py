"""The checks of `./test`: all gates are run, failures are listed at the end.

The gates without tests run on one thread beside those with tests, which often wait.
"""

import secrets
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from launcher.changed import changed_files, tests_for
from launcher.environment import base_environment, django
from launcher.places import ROOT, Places
from launcher.preparing import STAMPS, SetUpStep, digest
from launcher.services import only_one, prepare, start_services, stopping

PYTHON = sys.executable
SHELL_SCRIPTS = ("run", "test", ".ci/run", "deploy/backup/keep.sh", "deploy/backup/restore.sh")
SCHEMA = ROOT / "docs" / "openapi.yaml"
PLACES = Places(ROOT / "var" / "test")
# Each test goes to an idle worker (see tests/scheduling.py).
NORMAL = ("-n", "auto", "--dist", "loadscope", "-m", "not journey and not drill")
# The database that test workers copy (tests/launcher/template_database.py).
TEMPLATE = "vaxreg_template"
# Adds half to the processor time of the tests: only for CI and at night (pyproject.toml: fail_under).
COVERED = ("--cov", "--cov-report=")


@dataclass
class GateResult:
    """How many checks of a gate passed, failed and were skipped; its output, if it failed."""

    title: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    said: str = ""

    @property
    def is_good(self) -> bool:
        return self.failed == 0


@dataclass(frozen=True)
class Gate:
    """One command that must succeed; a gate of tests prints its progress and counts its tests.

    Any other gate prints its output only if it fails, in one piece with its result.
    """

    title: str
    command: Sequence[str | Path]
    env: dict[str, str] = field(default_factory=dict)
    tests: bool = False

    def run(self, env: dict[str, str]) -> GateResult:
        report = PLACES.var / f"{self.title.replace(' ', '-')}.xml"
        command = [str(word) for word in self.command]
        if self.tests:
            report.unlink(missing_ok=True)
            command.append(f"--junitxml={report}")
        done = subprocess.run(
            command,
            env={**env, **self.env},
            stdin=subprocess.DEVNULL,
            stdout=None if self.tests else subprocess.PIPE,
            stderr=None if self.tests else subprocess.STDOUT,
            text=True,
            check=False,
        )
        if not self.tests:
            bad = bool(done.returncode)
            return GateResult(
                self.title, passed=not bad, failed=bad, said=done.stdout if bad else ""
            )
        result = count(self.title, report)
        if done.returncode and result.is_good:
            result.failed = 1
        return result


def run_tests(arguments: list[str]) -> int:
    """Run all gates, or with arguments for pytest only that. Returns the exit code.

    --thorough and --changed are not for pytest (see USAGE in bootstrap.py).
    """
    PLACES.make()
    STAMPS.mkdir(parents=True, exist_ok=True)
    with only_one(PLACES), stopping() as supervisor:
        env = test_environment()
        start_services(supervisor, PLACES, env, throwaway=True)
        prepare(supervisor, {**env, "DJANGO_SETTINGS_MODULE": "tests.settings"}, "files")
        words = list(arguments)
        if "--thorough" in words:
            words.remove("--thorough")
            env.update(THOROUGH="1", COVERAGE="1")
        if "--changed" in words:
            words.remove("--changed")
            words = [*tests_for(changed_files()), *NORMAL, *words]
        if words:
            command = pytest(*in_tests_folder(words))
            return subprocess.run(command, env=env, check=False).returncode
        env["TEST_TEMPLATE"] = TEMPLATE
        return pass_gates(gates(env), env, first=[PYTHON, "-m", "tests.launcher.template_database"])


def test_environment() -> dict[str, str]:
    """Return an environment that touches no data of a real installation."""
    env = base_environment(PLACES)
    for name in ("DATABASE_URL", "REDIS_URL"):
        env.pop(name, None)
        if given := env.get(f"TEST_{name}"):
            env[name] = given
    for name in (
        "DJANGO_SETTINGS_MODULE",
        "PORT",
        "HOST",
        "SMS_GATEWAY_URL",
        "POPULATION_URL",
        "EMAIL_URL",
        "TEST_TEMPLATE",
    ):
        env.pop(name, None)
    env.update(SECRET_KEY="only-under-test-and-never-on-a-server", DEMO="1")  # noqa: S106
    if env.get("CI") == "true":
        env["E2E_REQUIRED"] = "1"
    return env


def pytest(*arguments: str) -> list[str]:
    """Return the pytest command; with --create-db if the migrations have changed."""
    step = SetUpStep("test database", (), ("*/migrations/*.py", "tests/settings.py"))
    stamp = STAMPS / "test-database"
    fresh = not stamp.exists() or stamp.read_text() != digest(step)
    stamp.write_text(digest(step))
    return [PYTHON, "-m", "pytest", *(["--create-db"] if fresh else []), *arguments]


def in_tests_folder(arguments: list[str]) -> list[str]:
    """Put `tests/` before the leading arguments that name a file or folder there."""
    words = list(arguments)
    for number, word in enumerate(words):
        if word.startswith("-"):
            break
        if (ROOT / "tests" / word.split("::")[0]).exists():
            words[number] = f"tests/{word}"
    return words


def gates(env: dict[str, str]) -> list[Gate]:
    """Return every gate, fast ones first."""
    under_test = {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    production = {
        "DJANGO_SETTINGS_MODULE": "vaxreg.settings",
        "DEMO": "0",
        "DEBUG": "0",
        "HTTPS": "1",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEY": secrets.token_urlsafe(50),
        "ACCOUNTS_KEY": secrets.token_urlsafe(50),
        "EMAIL_URL": "smtp+tls://user:password@mail.example.vn:587",
        "SITE_DOMAIN": "sotiem.example.vn",
        "ALLOWED_HOSTS": "sotiem.example.vn",
    }
    printed = PLACES.var / "openapi.yaml"
    return [
        Gate("format", [PYTHON, "-m", "ruff", "format", "--check", "."]),
        Gate("lint", [PYTHON, "-m", "ruff", "check", "."]),
        Gate("templates", [PYTHON, "-m", "djlint", "--lint", "--quiet", "templates"]),
        Gate("form of templates", [PYTHON, "-m", "djhtml", "-t", "2", "--check", "templates"]),
        Gate("shell scripts", ["shellcheck", *SHELL_SCRIPTS]),
        Gate("types", [PYTHON, "-m", "mypy", "."], under_test),
        Gate("arrows between rooms", ["lint-imports"], under_test),
        Gate("migrations", django("makemigrations", "--check", "--dry-run"), under_test),
        Gate(
            "migrations are safe",
            django("lintmigrations", "--sql-analyser", "postgresql"),
            under_test,
        ),
        Gate("translations", django("messages", "--check"), under_test),
        Gate(
            "settings of production",
            django("check", "--deploy", "--fail-level", "WARNING"),
            production,
        ),
        Gate(
            "API schema has no warnings",
            django(
                "spectacular",
                "--lang",
                "en",
                "--validate",
                "--fail-on-warn",
                "--file",
                str(printed),
            ),
            production,
        ),
        Gate("docs/openapi.yaml is today's", ["diff", "-u", SCHEMA, printed]),
        Gate(
            "tests",
            pytest(*NORMAL, *(COVERED if env.get("COVERAGE") else ())),
            tests=True,
        ),
        Gate(
            "journeys", pytest("-n", "auto", "-m", "journey", "-rs", "--timeout", "240"), tests=True
        ),
        Gate(
            "drills",
            # In the order of the file: then few of the drills need to start their own services.
            pytest("-m", "drill", "-p", "no:randomly", "--durations=5", "-rs", "-v"),
            tests=True,
        ),
    ]


def pass_gates(all_gates: Sequence[Gate], env: dict[str, str], *, first: Sequence[str] = ()) -> int:
    """Run all gates and print the result of each. Returns the exit code.

    first: a command that the gates with tests wait for. If it fails, theirs say why.
    """
    began = time.monotonic()
    without_tests = [gate for gate in all_gates if not gate.tests]
    # One thread: a gate may read what the one before has written.
    beside = ThreadPoolExecutor(1)
    try:
        running = [beside.submit(run_gate, gate, env) for gate in without_tests]
        if first:
            subprocess.run(first, env=env, check=False)
        results = [run_gate(gate, env) for gate in all_gates if gate.tests]
        results = [*(done.result() for done in running), *results]
    finally:
        beside.shutdown(cancel_futures=True)
    bad = [result.title for result in results if not result.is_good]
    minutes, seconds = divmod(round(time.monotonic() - began), 60)
    print(f"\n{len(results)} gates in {minutes} min {seconds} s.", end=" ")
    print(f"Failed: {', '.join(bad)}." if bad else "All good.")
    passed = sum(result.passed for result in results)
    failed = sum(result.failed for result in results)
    skipped = sum(result.skipped for result in results)
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if bad else 0


def run_gate(gate: Gate, env: dict[str, str]) -> GateResult:
    """Run one gate and print its result."""
    if gate.tests:
        print(f"\n{gate.title} …", flush=True)
    start = time.monotonic()
    result = gate.run(env)
    word = "ok" if result.is_good else "FAILED"
    # One print: another gate may print at the same time.
    told = f"{result.said}\n" if result.said else ""
    told += f"{word:<6} {gate.title:<30} {time.monotonic() - start:6.1f} s\n"
    print(told, end="", flush=True)
    return result


def count(title: str, report: Path) -> GateResult:
    """Read the JUnit report of a pytest run; a run without a report counts as failed."""
    try:
        suite = ElementTree.parse(report).getroot().find("testsuite")  # noqa: S314
    except (OSError, ElementTree.ParseError):
        suite = None
    if suite is None:
        return GateResult(title, failed=1)
    numbers = {
        name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")
    }
    failed = numbers["failures"] + numbers["errors"]
    passed = numbers["tests"] - failed - numbers["skipped"]
    return GateResult(title, passed, failed, numbers["skipped"])
