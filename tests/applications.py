"""What takes time when an application is made, done once a run or where it is needed: most tests make one of their own.

And what it does when nobody waits any longer is done by nobody, but where that is what is tried.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from web import background

Builder = Callable[..., tuple[str, str]]

drawn_ahead = background._draw
"""Draws what stands on the pages of an edition that was just published, as a thread of the service does."""


def hurry() -> None:
    """Compile a template once for all applications, and what builds a rule's addresses when one is first built.

    One at a time: Python 3.11 takes fright where two threads make a syntax tree. For the same reason, and because a test's
    county is gone before they are done, charts of what was just published are not drawn ahead; `drawn_ahead` does it.
    """
    Flask.jinja_options = {"bytecode_cache": _Compiled()}
    background._draw = lambda *_: None
    compiled, turn = Rule._compile_builder, threading.Lock()

    def late(rule: Rule, append_unknown: bool = True) -> Builder:
        made: list[Builder] = []

        def build(own: Rule, /, **values: object) -> tuple[str, str]:
            with turn:
                if not made:
                    made.append(compiled(rule, append_unknown))
            return made[0](own, **values)

        return build

    Rule._compile_builder = late


class _Compiled(BytecodeCache):
    """What templates were compiled to, kept in memory; jinja forgets it where the source is another."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()
