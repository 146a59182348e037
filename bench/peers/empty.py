"""A peer: Flask with one view that says "ok", under gunicorn as the product is; no request can be answered with less.

`python -m bench.peers.empty SOCKET WORKERS` serves it.
"""

import sys
from typing import Any

from flask import Flask

from web.serving import Serving

ANSWER = b"ok"

app = Flask(__name__)


@app.get("/")
def view() -> bytes:
    return ANSWER


class EmptyServing(Serving):
    """The same server with the same settings, and this application."""

    def load(self) -> Any:
        return app


if __name__ == "__main__":
    EmptyServing(*map(int, sys.argv[1:])).run()
