"""`app`: the pages of the county that the settings name. Who imports it opens the store, so every worker has its own."""

from scoring.store.engine import Store
from web.access import Door
from web.app import create_app
from web.settings import entrance, settings
from web.webhook import Webhook, send_on

_found, _entrance = settings(), entrance()

_PATIENCE = 5_000
"""Milliseconds a form waits for another writer."""

_store = Store.open(_found.database_url, _found.database_schema, patience=_PATIENCE)

app = create_app(
    _store,
    _found.trusted_hosts,
    provisional_shown=_found.provisional_shown,
    files_folder=_found.files_folder,
    door=Door(policy=_entrance.policy, proxy_hops=_entrance.proxy_hops),
)
if _entrance.webhook:
    send_on(app, Webhook(_store, _entrance.webhook, _entrance.secret))
