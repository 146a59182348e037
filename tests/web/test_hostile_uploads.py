"""Every hostile file through the real form: refused with a sentence, or taken as something that runs nowhere."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from urllib.parse import unquote

from scoring.store.engine import Store
from scoring.uploads.kinds import Kind
from tests.databases import ready_made, sqlite_in
from tests.uploads.hostile import files, name_faults
from tests.web.hostile_uploads import addresses, send_all
from tests.web.signing_in import signed_in
from tests.workflow.people_at_work import opened, secretary
from web.app import create_app

TYPES = {kind.media_type: kind for kind in Kind}


def test_no_hostile_file_is_kept_as_anything_but_inert(tmp_path: Path):
    """More than a hundred of them: none breaks the service, leaves the folder, or goes out to be shown."""
    database = sqlite_in(tmp_path)
    ready_made(database)
    store = Store.open(database.url, database.schema)
    opened(store, tmp_path)
    app = create_app(store)
    before = {own for own in tmp_path.rglob("*") if own.is_file()}
    assert len(files()) >= 100
    for own, status, page in send_all(app, store):
        if "\ud83d" in own.name:
            assert status == 403, "a form that is not even text is no form"
            continue
        taken = own.inert and own.name  # without a name a browser says that no file was chosen
        assert status in ((303, 200) if taken else (422, 413)), f"{own.tries}: {status}"
        if status != 303:
            assert 'role="alert"' in page or status == 413, own.tries
            assert not re.search("<(img src=x|script>|svg )", page), own.tries
    folder = Path(f"{tmp_path}/county.db.files")
    made = {own for own in tmp_path.rglob("*") if own.is_file()} - before
    outside = {own for own in made if folder not in own.parents}
    assert {own.name.partition("county.db")[2] for own in outside} <= {"", "-wal", "-shm", ".lock"}
    for own in made - outside:
        assert hashlib.sha256(own.read_bytes()).hexdigest() == own.name
        assert not own.stat().st_mode & 0o111
    taken = addresses(store)
    assert len(taken) >= 20
    for unit, address in taken:
        answer = signed_in(app, store, secretary(unit)).get(address, buffered=True)
        told = answer.headers["Content-Disposition"]
        assert told.startswith("attachment; "), address
        assert told.isascii()
        assert "\n" not in told
        name = unquote(told.partition("''")[2])
        assert name_faults(name, TYPES[answer.content_type]) == []
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers.getlist("Content-Security-Policy")[0]
    store.close()
