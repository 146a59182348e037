"""`app`: the pages of the county that the settings name. Who imports it opens the store, so every worker has its own."""

from scoring.store.engine import Store
from web.app import create_app
from web.settings import settings

_found = settings()

app = create_app(Store.open(_found.database_url, _found.database_schema), _found.trusted_hosts)
