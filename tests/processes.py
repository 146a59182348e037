"""The command line in a process of its own, which does not take seconds to start: it is forked off, all imported."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

from web.cli import main


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended (below 0: by that signal), and all it said."""

    returncode: int
    stdout: bytes
    stderr: bytes


def forked(arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> Ended:
    """Run `stars` with *arguments* in *folder* and wait for its end."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        pid = os.fork()
        if not pid:
            _run(arguments, environment, folder, out, err)
        _, status = os.waitpid(pid, 0)
        out.seek(0)
        err.seek(0)
        return Ended(returncode=os.waitstatus_to_exitcode(status), stdout=out.read(), stderr=err.read())


def _run(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path, out: IO[bytes], err: IO[bytes]
) -> NoReturn:
    """End as the interpreter does: what is written is flushed, and an error nobody caught is traced and gives 1."""
    code: object = 0
    try:
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        sys.stdout, sys.stderr = open(1, "w", encoding="utf-8"), open(2, "w", encoding="utf-8")  # noqa: SIM115 the process ends
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        main(list(arguments))
    except SystemExit as end:
        code = end.code
    except BaseException:
        code = 1
        traceback.print_exc()
    finally:
        if isinstance(code, str):
            sys.stderr.write(code)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))
