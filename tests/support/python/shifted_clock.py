"""Programs whose clock differs from this machine's: environment variables for them."""

import functools
import pathlib
import subprocess
import tempfile

SOURCE = pathlib.Path(__file__).parents[1] / "cpp" / "shifted_clock.c"


@functools.cache
def _folder():
    return tempfile.TemporaryDirectory(prefix="shifted-clock-")


@functools.cache
def _library():
    library = pathlib.Path(_folder().name) / "shifted_clock.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, SOURCE], check=True)
    return library


def shifted_clock(days=0, seconds=0):
    """A clock that is ahead by this much, or behind if it is negative."""
    return {"LD_PRELOAD": str(_library()), "CLOCK_SHIFT": str(int(days * 86_400 + seconds))}
