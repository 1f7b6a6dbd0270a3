"""Runs a module of this folder in a process of its own: what attacks it harms that process only."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

# What such a process inherits: its environment must not hold our settings and secrets.
INHERITED = ("PATH", "LD_LIBRARY_PATH")


def run(
    module: ModuleType,
    data: bytes,
    *,
    seconds: float,
    arguments: Sequence[str] = (),
    inherits: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
) -> bytes:
    """Give the file to the module, which imports nothing of ours; return what it wrote.

    inherits: more names of the environment that it needs; env: values for it alone. Raises
    subprocess.SubprocessError when it fails or takes longer, OSError when it cannot be started.
    """
    names = (*INHERITED, *inherits)
    environment = {name: os.environ[name] for name in names if name in os.environ}
    done = subprocess.run(  # noqa: S603  (our own module by its path, nothing of the user's)
        [sys.executable, "-I", "-B", str(Path(str(module.__file__))), *arguments],
        input=data,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=seconds,
        env={**environment, **(env or {})},
        check=True,
    )
    return done.stdout
