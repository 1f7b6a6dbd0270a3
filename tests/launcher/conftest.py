"""One prepared copy of the project for all drills, in any order."""

import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher.supervisor import Supervisor
from tests.launcher.house import House, copy_of_project, free_port


@pytest.fixture(scope="package")
def prepared() -> Iterator[House]:
    """A copy that has been started, so that its data and generated files are there."""
    with tempfile.TemporaryDirectory(prefix="vaxreg-drill-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        house = copy_of_project(Path(folder) / "house")
        try:
            house.start(PORT=str(free_port()), seconds=300)
            house.sql("CREATE TABLE drill (word text)")
            house.sql("INSERT INTO drill VALUES ('kept')")
            house.sql("GRANT SELECT ON drill TO vaxreg_app")
            yield house
        finally:
            house.clean()


@pytest.fixture
def running(prepared: House) -> House:
    """The house as it runs since an earlier drill, or else started now."""
    if not prepared.is_ready():
        prepared.end()
        prepared.start(PORT=str(free_port()))
    return prepared


@pytest.fixture
def at_rest(prepared: House) -> House:
    """The house with nothing running in it."""
    prepared.end()
    return prepared


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    """A supervisor whose processes, and handlers of signals, end with the test."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    supervisor = Supervisor()
    yield supervisor
    supervisor.stop()
    for number, handler in before.items():
        signal.signal(number, handler)
