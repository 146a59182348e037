"""Documents that come with a form: looked at together, and each named in what is wrong with it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from scoring.store.files import Files
from scoring.uploads.intake import FILE_MOST
from scoring.uploads.refusals import FileUnfit
from scoring.workflow.documents import take_documents
from tests.uploads.bytes_of import photo


def test_of_several_files_the_one_that_is_too_large_is_named(tmp_path: Path):
    """Nobody guesses which of three photographs it was; the name is told as it would be shown."""
    given = [(io.BytesIO(photo()), "一.jpg"), (io.BytesIO(bytes(FILE_MOST + 1)), "D:\\照片\\全景.jpg")]
    with pytest.raises(FileUnfit) as refused:
        take_documents(Files(tmp_path), given)
    assert [own.place.file for own in refused.value.faults] == ["全景.jpg"]
