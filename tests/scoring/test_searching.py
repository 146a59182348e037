"""Names are found as people look for them, and rankings are ordered and filtered alike everywhere."""

import subprocess
import sys

import pytest

from scoring.searching import Names

NAMES = (
    ("QS-0001", "青石镇柳岸社区党支部"),
    ("QS-0002", "月湖乡羊滩村党支部"),
    ("JG-0001", "县财政局机关第一党支部"),
    ("XX-0001", "龑县重庆路小学党支部"),
    ("EN-1", "ABC Company Branch"),
)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", (0, 1, 2, 3, 4)),
        ("羊滩", (1,)),
        ("青石 社区", (0,)),
        ("社区 青石", (0,)),
        ("yhx", (1,)),
        ("YHX", (1,)),
        ("ytc", (1,)),
        ("yuehu", (1,)),
        ("yangtan", (1,)),
        ("qs-0002", (1,)),
        ("0001", (0, 2, 3)),
        ("ｑｓ－０００２", (1,)),
        ("xczj", (2,)),
        ("company", (4,)),
        ("abc branch", (4,)),
        ("没有这个", ()),
        ("qqqq", ()),
        ("'; drop table", ()),
    ],
)
def test_a_name_is_found_by_what_people_type(words, found):
    assert Names(NAMES).matching(words) == found


def test_names_are_ordered_by_pinyin():
    names = Names([("", "赵庄"), ("", "安平"), ("", "李村"), ("", "Baker")])
    assert sorted(range(4), key=names.order) == [1, 3, 2, 0]


def test_whoever_looks_for_nobody_does_not_load_all_readings():
    """They take as long as half of an import; most commands and every start of a worker do without."""
    program = "import sys, scoring.searching, scoring.password_policy; print('pypinyin' in sys.modules)"
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert outcome.stdout == "False\n"
