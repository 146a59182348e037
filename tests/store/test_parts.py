"""Many ids in parts: nothing is lost, nothing is asked twice, and no part is longer than a statement takes."""

import pytest

from scoring.store.parts import in_parts


@pytest.mark.parametrize("many", [0, 1, 6, 7, 8, 14, 15])
def test_every_id_is_in_one_part(many):
    wanted = [f"{place:02}" for place in range(many)]
    parts = list(in_parts(reversed(wanted + wanted), 7))
    assert [own for part in parts for own in part] == wanted
    assert all(0 < len(part) <= 7 for part in parts)


def test_an_empty_id_asks_for_nobody():
    assert list(in_parts(["", "a", ""])) == [["a"]]
    assert list(in_parts([3, 1, 3])) == [[1, 3]]
