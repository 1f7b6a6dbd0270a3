"""The stand-in for VNeID as a real process, and a browser's way through it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import httpx
from django.test import Client

from launcher.places import ROOT

CLIENT_ID, CLIENT_SECRET = "vaxreg", "a-secret-of-the-tests-with-32-bytes"


@dataclass(frozen=True)
class Vneid:
    """The stand-in, as a browser and the tests reach it."""

    issuer: str

    def set_fault(self, fault: str) -> None:
        """Let everything that the product asks for go wrong from now on."""
        httpx.post(f"{self.issuer}/faults", data={"fault": fault}, trust_env=False)

    def choose(self, address: str, person: str, fault: str = "") -> str:
        """Be this person on the page at this address; return where the browser is sent."""
        asked = dict(parse_qsl(urlsplit(address).query))
        answer = httpx.post(
            f"{self.issuer}/authorize",
            data={**asked, "person": person, "fault": fault},
            trust_env=False,
        )
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def sign_in(self, client: Client, person: str, fault: str = "", *, start: str = ""):
        """Go the whole way; return what the product answers at the end."""
        sent = client.get(start or "/sign-in/vneid/")
        assert sent.status_code == 302, sent.content.decode()
        return client.get(self.choose(sent.headers["Location"], person, fault))


@contextmanager
def running(callback: str) -> Iterator[Vneid]:
    """Start the stand-in; codes may go back to this address alone."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "launcher.vneid", f"--port={port}", f"--callback={callback}"],
        env={**os.environ, "VNEID_CLIENT_ID": CLIENT_ID, "VNEID_CLIENT_SECRET": CLIENT_SECRET},
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
        yield Vneid(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(10)
