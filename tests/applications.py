"""What takes time when an application is made, done once a run or where it is needed: most tests make one of their own."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


def hurry() -> None:
    """Compile a template once for all applications, and what builds a rule's addresses when one is first built."""
    Flask.jinja_options = {"bytecode_cache": _Compiled()}
    compiled = Rule._compile_builder

    def late(rule: Rule, append_unknown: bool = True) -> Builder:
        made: list[Builder] = []

        def build(own: Rule, /, **values: object) -> tuple[str, str]:
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
