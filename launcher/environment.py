"""The environment variables of one installation: .env, defaults, addresses."""

import errno
import os
import socket
import sys

import environ

from launcher.places import ROOT, Places, Trouble
from launcher.supervisor import MARK, say

FIRST_PORT = 8000
LAST_PORT = 8099


def base_environment(places: Places) -> dict[str, str]:
    """Return the environment with .env read into it, and demo defaults for what is missing."""
    dotenv = ROOT / ".env"
    if dotenv.exists():
        environ.Env.read_env(dotenv)
    env = dict(os.environ)
    env[MARK] = str(places.var)
    env["PATH"] = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{env.get('PATH', os.defpath)}"
    env["PYTHONUNBUFFERED"] = "1"
    env.setdefault("DJANGO_SETTINGS_MODULE", "vaxreg.settings")
    env.setdefault("DEMO", "1")
    if is_demo(env) and not env.get("SECRET_KEY"):
        env["SECRET_KEY"] = places.secret_key()
    return env


def is_demo(env: dict[str, str]) -> bool:
    return env["DEMO"].lower() in environ.Env.BOOLEAN_TRUE_STRINGS


def django(*arguments: str) -> list[str]:
    """Return the command line of a management command."""
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def free_address(env: dict[str, str]) -> tuple[str, int]:
    """Return host and port for the web server. Raises Trouble if PORT is invalid or in use."""
    host = env.get("HOST") or "127.0.0.1"
    if wanted := env.get("PORT"):
        if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
            raise Trouble(f"PORT must be a number from 1 to 65535, not {wanted!r}.")
        if not is_free(host, int(wanted)):
            raise Trouble(f"Port {wanted} (from PORT) is in use or not allowed; choose another.")
        return host, int(wanted)
    for port in range(FIRST_PORT, LAST_PORT + 1):
        if is_free(host, port):
            return host, port
        say(f"port {port} is busy, trying {port + 1}")
    raise Trouble(f"Every port from {FIRST_PORT} to {LAST_PORT} is busy; set PORT.")


def set_address(env: dict[str, str], host: str, port: int) -> str:
    """Set SITE_DOMAIN unless it is set; return the URL to print."""
    shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::", "::1"} else host  # noqa: S104
    env.setdefault("SITE_DOMAIN", f"{shown}:{port}")
    if is_demo(env) and host not in {"127.0.0.1", "::1"}:
        # The demo was opened to other machines on purpose: they may use any host name.
        env.setdefault("ALLOWED_HOSTS", "*")
    return f"http://{shown}:{port}/"


def is_free(host: str, port: int) -> bool:
    """Whether nobody listens there. Raises Trouble when the host is not of this machine."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
            attempt.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise Trouble(f"HOST={host} is not an address of this machine.") from error
            return False
    return True
