"""Drives that lie on another machine: SQLite's locks and shared memory cannot be trusted there."""

import re
from pathlib import Path, PurePosixPath

_MOUNTS = Path("/proc/self/mountinfo")
_ESCAPED = re.compile(r"\\([0-7]{3})")
"""Blanks in a path are written \\040 there."""
_NETWORK = frozenset(
    {
        "9p",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "gfs2",
        "glusterfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "smb3",
        "smbfs",
        "sshfs",
    }
)


def network_drive(path: Path) -> str | None:
    """Return the kind of network drive that *path*, an absolute one, lies on; None where it lies on none that is known.

    Only Linux says so in a way that needs no foreign library.
    """
    try:
        return kind_at(PurePosixPath(path), _MOUNTS.read_text("utf-8", "replace"))
    except OSError:
        return None


def kind_at(path: PurePosixPath, mounts: str) -> str | None:
    """Return the kind of network drive at *path*, given the *mounts* as Linux lists them; None where it is none."""
    deepest, kind = -1, ""
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        place = PurePosixPath(_ESCAPED.sub(lambda found: chr(int(found[1], 8)), before.split(" ")[4]))
        if path.is_relative_to(place) and len(place.parts) >= deepest:
            deepest, kind = len(place.parts), after.split(" ")[0].removeprefix("fuse.")
    return kind if kind in _NETWORK else None
