"""How much is tried is said in one place, and a submission is tried whole."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import sizes
from tests.sizes import SIZES, WHOLE, Size, told

ROOT = Path(__file__).parents[1]
OWN = Size(variable="STARS_TEST_OWN", what="own things", ordinary=2, whole=9)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, 2),
        ({WHOLE: ""}, 2),
        ({WHOLE: "0"}, 2),
        ({WHOLE: "1"}, 9),
        ({"STARS_TEST_OWN": "5"}, 5),
        ({WHOLE: "1", "STARS_TEST_OWN": "5"}, 5),
        ({"STARS_TEST_OWN": "1000000"}, 1_000_000),
    ],
)
def test_a_size_is_ordinary_or_whole_and_its_variable_goes_before(environment, expected):
    assert OWN.in_force(environment) == expected


@pytest.mark.parametrize("given", ["", "0", "-1", "many", "2.5"])
def test_a_size_that_would_try_nothing_is_refused(given):
    """A run that tried nothing would look like one that found nothing."""
    with pytest.raises(ValueError, match="STARS_TEST_OWN"):
        OWN.in_force({"STARS_TEST_OWN": given})


def test_every_size_has_a_variable_and_a_name_of_its_own():
    assert len({own.variable for own in SIZES}) == len(SIZES)
    for own in SIZES:
        assert isinstance(getattr(sizes, own.variable.removeprefix("STARS_TEST_")), int), own


def test_the_run_says_which_sizes_are_in_force():
    assert told({}).startswith(f"sizes ordinary ({WHOLE}=1")
    whole = told({WHOLE: "1", "STARS_TEST_ROUNDS": "7"})
    assert whole.startswith("sizes whole: ")
    assert all(
        f" {own.variable}={own.whole}," in whole for own in SIZES if own.variable != "STARS_TEST_ROUNDS"
    )
    assert " STARS_TEST_ROUNDS=7," in whole


def test_a_submission_is_tried_whole():
    assert re.search(rf"^{WHOLE}=1 .*make test$", (ROOT / ".ci" / "run").read_text(), re.MULTILINE)


def _sized_elsewhere(folder: Path) -> list[str]:
    """Return the modules below *folder* that ask the environment for a size themselves."""
    asking = re.compile(r"environ.*STARS_TEST_")
    own = {Path(sizes.__file__), Path(__file__)}
    return [path.name for path in folder.rglob("*.py") if path not in own and asking.search(path.read_text())]


def test_sizes_are_read_nowhere_else(tmp_path):
    """And, as the negative control, a module that does so is found."""
    assert _sized_elsewhere(ROOT / "tests") == []
    (tmp_path / "test_own.py").write_text('MANY = int(os.environ.get("STARS_TEST_MANY", "3"))\n')
    assert _sized_elsewhere(tmp_path) == ["test_own.py"]
