"""A small picture of an uploaded file, drawn in a process of its own that may die of the file."""

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from scoring.uploads.exposure import taken_at
from scoring.uploads.images import look_at
from scoring.uploads.kinds import Kind
from scoring.uploads.refusals import Unfit

__all__ = ["PREVIEW_MEDIA_TYPE", "preview", "taken_at"]

PREVIEW_MEDIA_TYPE = "image/webp"
_SECONDS_MOST = 30
_OUTPUT_MOST = 8 << 20
_DRAWN = {Kind.JPEG: "image", Kind.PNG: "image", Kind.WEBP: "image", Kind.PDF: "pdf"}
_AT_ONCE = threading.BoundedSemaphore(2)
_PASSED_ON = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


def preview(path: Path, kind: Kind) -> bytes | None:
    """Return the image, or the PDF's first page, as a WebP of at most 1,600 pixels a side, with nothing else in it.

    None for Office documents, and where the file cannot be drawn within its limits of memory and time.
    """
    if kind not in _DRAWN:
        return None
    with _AT_ONCE, path.open("rb") as file, tempfile.TemporaryFile() as out:
        try:
            done = subprocess.run(  # noqa: S603 -- our own program, and a word of our own
                [sys.executable, "-P", "-m", "scoring.uploads.rendering", _DRAWN[kind]],
                stdin=file,
                stdout=out,
                stderr=subprocess.DEVNULL,
                env=_surroundings(),
                timeout=_SECONDS_MOST,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None
        out.seek(0)
        drawn = out.read(_OUTPUT_MOST + 1)
    return drawn if done.returncode == 0 and _is_plain(drawn) else None


def _surroundings() -> dict[str, str]:
    """Return what the other process may know: where our modules are, and no address or secret of the service."""
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return passed | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _is_plain(drawn: bytes) -> bool:
    """Say whether what came back is a WebP and says nothing about a camera: the other process is not believed."""
    if len(drawn) > _OUTPUT_MOST or drawn[:4] != b"RIFF" or drawn[8:12] != b"WEBP":
        return False
    try:
        return not look_at(drawn, Kind.WEBP).exif
    except Unfit:
        return False
