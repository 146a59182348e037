"""The county's pages under gunicorn: `python -P -m web.serving SOCKET WORKERS`, which is what `stars serve` becomes.

The process that oversees the workers loads nothing of this release but this module, so that workers started by a HUP
are wholly of the release that is installed then. Nor is anything imported from the folder it is started in, where
gunicorn's own command would look first.
"""

import os
import sys
import threading
from contextlib import suppress
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

_SETTINGS = {
    "worker_class": "gthread",
    "threads": 8,
    "timeout": 120,
    "graceful_timeout": 6,
    "loglevel": "warning",
    "accesslog": None,
    "errorlog": "-",
    "control_socket_disable": True,
    "preload_app": False,
    "forwarded_allow_ips": "127.0.0.1,::1",
}


class Serving(BaseApplication):  # type: ignore[misc]
    """The application of `web.wsgi`, made in each worker, on a socket that listens already."""

    def __init__(self, socket: int, workers: int) -> None:
        hooks = {"post_worker_init": _begin, "worker_exit": _leave}
        self._own = _SETTINGS | {"bind": f"fd://{socket}", "workers": workers} | hooks
        super().__init__()

    def load_config(self) -> None:
        """Set what differs from gunicorn's defaults."""
        for name, value in self._own.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Return the application; its store is opened by the worker that asks for it."""
        from web.wsgi import app  # noqa: PLC0415

        return app


def _begin(worker: Any) -> None:
    """Read the newest year beside the first requests; let the very first worker say where the pages are."""
    from scoring.texts import Lang  # noqa: PLC0415
    from web.drawing import warm  # noqa: PLC0415
    from web.listening import ready  # noqa: PLC0415

    threading.Thread(target=warm, args=(worker.wsgi,), daemon=True).start()
    if worker.age == 1:
        sentence = ready(worker.sockets[0].getsockname())
        with suppress(OSError):
            print(sentence.in_(Lang(os.environ.get("STARS_LANG") or Lang.ZH)), flush=True)  # noqa: T201


def _leave(_overseer: Any, worker: Any) -> None:
    """Let a worker that has done its requests end at once: what it draws besides, another draws when it is asked for.

    The interpreter would wait for that, and whoever oversees the workers kills who takes longer than is allowed.
    """
    if worker.booted and worker.pid == os.getpid():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    Serving(*map(int, sys.argv[1:])).run()
