"""`app`: the pages of the county that the settings name. Who imports it opens the store, so every worker has its own."""

from scoring.store.engine import Store
from web.app import create_app
from web.settings import settings

_found = settings()

_PATIENCE = 300
"""Milliseconds a page waits for another writer: all it writes is charts, which can as well be kept another time."""

app = create_app(
    Store.open(_found.database_url, _found.database_schema, patience=_PATIENCE),
    _found.trusted_hosts,
    provisional_shown=_found.provisional_shown,
    files_folder=_found.files_folder,
)
