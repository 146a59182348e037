"""Identity and mobile numbers are found however people write them, and other numbers are none."""

from __future__ import annotations

import pytest

from scoring.private_numbers import private_number


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("110101199003071234", "identity"),
        ("证号11010119900307123X。", "identity"),
        ("110101 19900307 123x", "identity"),
        ("１１０１０１１９９００３０７１２３４", "identity"),
        ("电话13812345678", "mobile"),
        ("138-1234-5678", "mobile"),
        ("138_1234_5678.jpg", "mobile"),
        ("+86 138 1234 5678", "mobile"),
        ("8613812345678，请联系", "mobile"),
    ],
)
def test_they_are_found_and_not_repeated(text, kind):
    found = private_number(text)
    assert kind in found.en
    assert not any(part.isdecimal() for part in (*found.zh, *found.en))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-10-08 主题党日",
        "1381234567",
        "138123456789",
        "党发〔2026〕12号",
        "12345678901234567",
        "M000012",
        "IMG_20261121_093012.jpg",
        "mmexport1763708412345.jpg",
    ],
)
def test_other_numbers_are_none(text):
    assert private_number(text) is None
