"""Modules compiled once a run, where the environment says that no such files are to be left about.

A process of this product that finds nothing compiled takes four seconds of work to start, and one that does takes one;
tests start hundreds.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

FORBIDDEN, PLACE = "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"
_FOLDER = "stars-tests-bytecode-"


def keep_bytecode(room: Path | None = None) -> None:
    """Let this process, and all it starts, keep what they compile in a folder in *room* that ends with this one."""
    if not os.environ.get(FORBIDDEN) or os.environ.get(PLACE):
        return
    place = room or Path(tempfile.gettempdir())
    _forget_leftovers(place)
    folder = tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-", dir=place)
    atexit.register(_forget, folder, os.getpid())
    del os.environ[FORBIDDEN]
    os.environ[PLACE] = sys.pycache_prefix = folder
    sys.dont_write_bytecode = False


def _forget_leftovers(place: Path) -> None:
    """Remove the folders of runs that were killed; a folder's name tells whose it is."""
    import psutil

    for own in place.glob(f"{_FOLDER}*-*"):
        owner = own.name.removeprefix(_FOLDER).partition("-")[0]
        if owner.isdecimal() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(own, ignore_errors=True)


def _forget(folder: str, maker: int) -> None:
    """Remove the folder, unless this is a process that was forked from the one that made it."""
    if os.getpid() == maker:
        shutil.rmtree(folder, ignore_errors=True)
