"""Schemathesis over the whole API in process: questions made from its own description, right ones and wrong ones.

The same seed asks the same questions, so a run is repeatable.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from scoring.canonical import sha256

SEED = 20261121
DESCRIPTION = "/api/v1/openapi.json"
_SOUND = ["2xx", "401", "403", "404", "409", "412", "415", "422"]
"""What a sound request for work may come to: whether a file or a day is one, no shape says."""

_OF_WORK = {
    "checks": {"positive_data_acceptance": {"expected-statuses": _SOUND}, "ignored_auth": {"enabled": False}}
}
"""The check of who asks cannot ask again in process; tests of their own do that."""

_ROUNDS = 6
"""So often at most are those asked again that were asked too little.

What an answer held is asked for later, so what can be made up changes between two questions. Schemathesis then ends with
an operation, and does not say so.
"""

_KNOWN = 0.8
"""How often a parameter is one of the known values, so that the answer is not always that nothing was found."""


@dataclass
class Asked:
    """What came of it: questions and statuses by operation, how often each check was made, and what was at fault."""

    questions: Counter[str] = field(default_factory=Counter)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    faults: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    @property
    def failed(self) -> set[str]:
        """The names of the checks that failed."""
        return {check for _, check, _ in self.faults}

    def note(self, operation: str, recorder: Any) -> None:
        """Add what one operation was asked in one phase."""
        self.questions[operation] += len(recorder.interactions)
        for one in recorder.interactions.values():
            self.statuses[operation, one.response.status_code] += 1
        for check in (check for checks in recorder.checks.values() for check in checks):
            self.checks[check.name] += 1
            if check.failure_info is not None:
                self.faults[operation, check.name, check.failure_info.failure.message] += 1


def fuzz(
    app: Callable[..., Any],
    questions: int,
    known: Mapping[str, Sequence[str | int]] | None = None,
    only: str | None = None,
    *,
    work: bool = False,
    token: str = "",
    whole: bool = True,
) -> Asked:
    """Return what came of asking *app* at least about that many *questions* an operation, or of the *only* one.

    *known* are values of parameters (`path.code`) for which there is something to find. What is asked is what anybody
    may read, or, with *work*, what takes somebody signed in: whoever has that *token*. Not *whole* is only what is made up,
    without what schemathesis asks of every operation by rule.
    """
    known, asked = known or {}, Asked()
    for seed in range(SEED, SEED + _ROUNDS):
        first = seed == SEED
        few = {own for own, number in asked.questions.items() if number < questions}
        if not few and not first:
            break
        settings = _config(seed, questions, known, work=work, token=token, whole=whole and first)
        schema = schemathesis.openapi.from_wsgi(DESCRIPTION, app, config=settings)
        schema = schema.include(func=_those(only, None if first else few, work=work))
        if work:
            _fresh_keys(schema)
            _another_token(schema, token)
        _ask(schema, asked)
    return asked


def _those(only: str | None, labels: AbstractSet[str] | None, *, work: bool) -> Callable[[Any], bool]:
    """Return whether an operation is one of those that are asked: of the *labels*, where they can be asked in many ways."""

    def asked(context: Any) -> bool:
        operation = context.operation
        described = operation.definition.raw
        varied = "{" in operation.path or "parameters" in described or "requestBody" in described
        return (
            ("security" in described) is work
            and only in (None, operation.path)
            and (labels is None or (varied and operation.label in labels))
        )

    return asked


def _ask(schema: Any, asked: Asked) -> None:
    for event in from_schema(schema).execute():
        assert not isinstance(event, events.NonFatalError | events.FatalError), event
        if isinstance(event, events.ScenarioFinished):
            asked.note(event.label or "", event.recorder)


def _another_token(schema: Any, token: str) -> None:
    """Let nobody end the token they ask with: whatever they asked next would be asked by nobody."""
    own = sha256(token.encode())

    @schema.hook
    def map_path_parameters(_context: Any, values: Any) -> Any:
        return {**values, "key": own[::-1]} if (values or {}).get("key") == own else values


def _fresh_keys(schema: Any) -> None:
    """Let each request with a key that is none too short have one of its own, so that few are the same twice."""
    keys = count(1)

    @schema.hook
    def map_headers(_context: Any, headers: Any) -> Any:
        key = (headers or {}).get("Idempotency-Key", "")
        if re.fullmatch("[0-9A-Za-z_-]{8,100}", str(key)) and next(keys) % 4:
            return {**headers, "Idempotency-Key": f"fuzzing-{next(keys)}"}
        return headers


def _config(
    seed: int,
    questions: int,
    known: Mapping[str, Sequence[str | int]],
    *,
    work: bool,
    token: str,
    whole: bool,
) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        ({"headers": {"Authorization": f"Bearer {token}"}} if token else {})
        | (_OF_WORK if work else {})
        | {
            "seed": seed,
            "warnings": False,
            "generation": {
                "max-examples": questions,
                "allow-x00": not work,
                "deterministic": True,
                "database": "none",
                "no-shrink": True,
            },
            "phases": {
                "stateful": {"enabled": False},
                "coverage": {"enabled": whole},
                "examples": {"enabled": whole},
            },
            "dictionaries": {
                name.replace(".", "-"): {"values": list(values)} for name, values in known.items()
            },
            "parameters": {
                name: {"dictionary": name.replace(".", "-"), "probability": _KNOWN} for name in known
            },
        }
    )
