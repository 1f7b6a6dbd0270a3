"""The stand-in for the population database as a real process."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from launcher.places import ROOT

TOKEN = "a-token-of-the-tests"


@dataclass(frozen=True)
class StandIn:
    """The stand-in, as the tests reach it."""

    url: str

    def behave(self, **mood: Any) -> None:
        """Set how it behaves from now on; nothing: as it should."""
        self._post("mood", mood)

    def know(self, *people: dict[str, str]) -> None:
        """Let it know these people too."""
        self._post("people", {"people": list(people)})

    def calls(self) -> dict[str, int]:
        address = self.url.replace("/check", "/calls")
        counted: dict[str, int] = httpx.get(address, headers=_HEADERS, trust_env=False).json()
        return counted

    def _post(self, where: str, body: dict[str, Any]) -> None:
        address = self.url.replace("/check", f"/{where}")
        httpx.post(address, json=body, headers=_HEADERS, trust_env=False).raise_for_status()


_HEADERS = {"Authorization": f"Bearer {TOKEN}"}


@contextmanager
def running(per_second: float = 1000) -> Iterator[StandIn]:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "launcher.population"),
            *(f"--port={port}", f"--per-second={per_second}"),
        ],
        env={**os.environ, "POPULATION_TOKEN": TOKEN},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with socket.socket() as attempt:
                if attempt.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield StandIn(f"http://127.0.0.1:{port}/check")
    finally:
        process.terminate()
        process.wait(10)
