"""Which SQLite is fit, and where its file may lie."""

from __future__ import annotations

from pathlib import PurePosixPath
from types import SimpleNamespace

import pytest

from scoring.store.drives import kind_at
from scoring.store.engine import StoreUnready
from scoring.store.sqlite import fit

MOUNTS = """\
22 1 252:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
30 22 0:26 / /mnt/office\\040share rw,relatime - nfs4 server:/share rw
31 22 0:27 / /mnt/office rw,relatime shared:3 - cifs //server/office rw
32 31 252:1 / /mnt/office/local rw,relatime - xfs /dev/vdb rw
33 22 0:28 / /home/clerk/remote rw - fuse.sshfs clerk@server: rw
34 22 0:29 / /over rw - nfs server:/over rw
36 22 0:31 / /mnt/公\\040盘 rw - nfs server:/office rw
35 22 0:30 / /over rw - tmpfs tmpfs rw
"""


def library(*version: int) -> SimpleNamespace:
    return SimpleNamespace(sqlite_version_info=version)


def test_the_first_driver_that_is_new_enough_is_taken():
    old, new, newer = library(3, 40, 1), library(3, 51, 3), library(3, 53, 4)
    assert fit([new, newer]) is new
    assert fit([old, newer]) is newer


def test_an_old_library_is_refused_with_what_to_do():
    """Below 3.51.3 a database that several connections write can be corrupted."""
    with pytest.raises(StoreUnready, match=r"is 3\.51\.2; below 3\.51\.3 .*pip install pysqlite3") as refusal:
        fit([library(3, 40, 1), library(3, 51, 2)])
    assert "不能几个进程同时使用" in refusal.value.faults[0].sentence.zh


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/county.db", None),
        ("/mnt/office share/county.db", "nfs4"),
        ("/mnt/office/county.db", "cifs"),
        ("/mnt/office/local/county.db", None),
        ("/mnt/officer/county.db", None),
        ("/home/clerk/remote/a/county.db", "sshfs"),
        ("/over/county.db", None),
        ("/mnt/公 盘/county.db", "nfs"),
    ],
)
def test_a_network_drive_is_told_by_the_deepest_and_latest_mount(path, kind):
    assert kind_at(PurePosixPath(path), MOUNTS) == kind
