"""Files kept by their digest: whole, on the disk before anything names them, and never anywhere else."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from scoring.store.files import FileLost, Files
from scoring.uploads.intake import FILE_MOST
from scoring.uploads.refusals import FileUnfit
from tests.uploads import hostile

CONTENT = "三月主题党日".encode() * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def files(tmp_path) -> Files:
    return Files(tmp_path / "county.db.files")


def kept(files: Files, content: bytes = CONTENT) -> Path:
    return files.keep(files.take(io.BytesIO(content)))


def all_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_file_lies_under_its_digest_and_nobody_may_write_it(files, tmp_path):
    """ab/cd/<sha256>, readable by its owner and group."""
    taken = files.take(io.BytesIO(CONTENT))
    assert (taken.sha256, taken.size) == (DIGEST, len(CONTENT))
    assert taken.path.read_bytes() == CONTENT
    path = files.keep(taken)
    assert all_in(tmp_path) == [f"county.db.files/{DIGEST[:2]}/{DIGEST[2:4]}/{DIGEST}"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o440
    with files.open(DIGEST) as file:
        assert file.read() == CONTENT
    assert files.path(DIGEST) == path
    assert files.check(DIGEST)


def test_the_same_file_is_kept_once(files, tmp_path):
    """One file serves several criteria, branches and years; the first copy is not touched."""
    first = kept(files).stat()
    again = kept(files).stat()
    assert (first.st_ino, first.st_mtime_ns) == (again.st_ino, again.st_mtime_ns)
    assert len(all_in(tmp_path)) == 1


def test_a_kept_file_of_a_wrong_size_is_made_whole(files):
    """Something cut it short; its digest says what it should be."""
    path = kept(files)
    path.chmod(0o600)
    path.write_bytes(CONTENT[:100])
    assert not files.check(DIGEST)
    kept(files)
    assert files.check(DIGEST)


def test_a_changed_or_missing_file_is_found(files):
    """Every byte is read: a size alone shows nothing."""
    path = kept(files)
    path.chmod(0o600)
    path.write_bytes(b"x" + CONTENT[1:])
    assert not files.check(DIGEST)
    path.unlink()
    assert not files.check(DIGEST)
    with pytest.raises(FileLost) as lost:
        files.open(DIGEST)
    assert "备份" in lost.value.faults[0].sentence.zh


def test_file_and_folders_are_on_the_disk_before_keeping_ends(files, tmp_path, monkeypatch):
    """A row is committed next: after a power cut it must not name what is not there."""
    settled = []
    whole = os.fsync

    def watched(handle: int) -> None:
        whole(handle)
        settled.append(Path(f"/proc/self/fd/{handle}").readlink())

    if sys.platform != "linux":
        pytest.skip("LOUD: which files were settled is read from /proc")
    monkeypatch.setattr(os, "fsync", watched)
    taken = files.take(io.BytesIO(CONTENT))
    assert settled == [taken.path]
    path = files.keep(taken)
    folder = tmp_path / "county.db.files"
    assert settled[1:] == [path, path.parent, path.parent.parent, folder]
    settled.clear()
    kept(files)
    assert settled[1:] == [
        path,
        path.parent,
        path.parent.parent,
        folder,
    ]  # another process may have just moved it


def test_what_is_too_large_or_breaks_off_leaves_nothing(files, tmp_path):
    """The stream is read no further than the limit."""

    class Endless(io.RawIOBase):
        read_so_far = 0

        def read(self, size=-1):
            self.read_so_far += size
            return bytes(size)

    endless = Endless()
    with pytest.raises(FileUnfit) as refused:
        files.take(endless, "录像.mp4")
    assert refused.value.faults[0].place.file == "录像.mp4"
    assert endless.read_so_far < FILE_MOST + (1 << 20)

    class Broken(io.RawIOBase):
        left = 3

        def read(self, size=-1):
            self.left -= 1
            if not self.left:
                raise ConnectionResetError
            return bytes(size)

    with pytest.raises(ConnectionResetError):
        files.take(Broken())
    files.drop(files.take(io.BytesIO(CONTENT)))
    assert all_in(tmp_path) == []
    assert files.take(io.BytesIO(bytes(FILE_MOST))).size == FILE_MOST


def test_left_overs_go_after_a_day(files, tmp_path):
    """A process that was killed left its temporary file; one that came in just now is another process's."""
    old, new = files.take(io.BytesIO(b"old")), files.take(io.BytesIO(b"new"))
    path = kept(files)
    os.utime(path, (0, 0))
    os.utime(old.path, (time.time() - 90_000,) * 2)
    Files(tmp_path / "county.db.files")
    assert not old.path.exists()
    assert new.path.exists()
    assert path.exists()


def test_many_at_once_keep_one(files, tmp_path):
    """The same photograph from twenty phones."""
    threads = [threading.Thread(target=kept, args=(files,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(all_in(tmp_path)) == 1
    assert files.check(DIGEST)


@pytest.mark.parametrize(
    "digest",
    [
        "",
        "../" * 21 + "a",
        "/etc/passwd",
        DIGEST.upper(),
        DIGEST + "\n",
        DIGEST[:-1],
        f"{DIGEST[:-2]}/x",
        "０" * 64,
    ],
)
def test_nothing_but_a_digest_becomes_a_path(digest, files):
    """Even where a digest came from a request."""
    for ask in (files.open, files.path, files.check, files.preview):
        with pytest.raises(ValueError, match="64"):
            ask(digest)
    with pytest.raises(ValueError, match="64"):
        files.keep_preview(digest, b"x")


def test_hostile_files_and_names_stay_in_the_folder(files, tmp_path):
    """Whatever they are called: what is kept is called by its digest, and nothing else appears."""
    for each in hostile.files():
        if len(each.content) <= FILE_MOST:
            files.keep(files.take(io.BytesIO(each.content), each.name))
    folder = tmp_path / "county.db.files"
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]
    for name in all_in(folder):
        first, second, digest = name.split("/")
        assert (first, second) == (digest[:2], digest[2:4])
        assert files.check(digest)


def test_previews_lie_apart_and_may_be_lost(files, tmp_path):
    """They are drawn anew whenever they are missing, and prove nothing."""
    assert files.preview(DIGEST) is None
    files.keep_preview(DIGEST, b"one")
    files.keep_preview(DIGEST, b"two")
    assert files.preview(DIGEST) == b"two"
    assert all_in(tmp_path) == [f"county.db.files/previews/{DIGEST}.webp"]
    assert not files.check(DIGEST)


KILLED = """
import io, os, sys
from pathlib import Path
from scoring.store.files import Files
files = Files(Path(sys.argv[1]))
class Slow(io.RawIOBase):
    at = 0
    def read(self, size=-1):
        self.at += 1
        if self.at == 4:
            os.kill(os.getpid(), 9)
        return bytes(size)
files.take(Slow())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no process is killed like that there")
def test_a_killed_upload_leaves_nothing_that_could_be_named(tmp_path):
    """Half a file never lies under a digest."""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "f")], cwd=root)
    assert done.returncode == -9
    (left,) = all_in(tmp_path)
    assert left.startswith("f/incoming/")
