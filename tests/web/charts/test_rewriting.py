"""What matplotlib draws is rewritten, or refused where it is not known."""

from __future__ import annotations

import pytest

from web.charts.rewriting import RewritingFailed, _path, rewrite
from web.charts.sheet import Chart, Mark

CHART = Chart(prefix="x", title="标题", empty="无")
STYLE = '<defs><style type="text/css">*{stroke-linejoin: round; stroke-linecap: butt}</style></defs>'


def _rewritten(body: str, **marks: Mark) -> str:
    drawn = (
        '<?xml version="1.0"?><!DOCTYPE svg><svg xmlns="http://www.w3.org/2000/svg"'
        f' xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 420 10.5">{body}</svg>'
    )
    return rewrite(drawn, CHART, marks, ("说明",))


def test_each_property_becomes_the_attribute_of_its_name():
    svg = _rewritten(f'{STYLE}<path d="M 1 2 L 3 4" style="fill: none; stroke: #010203; stroke-width: 2"/>')
    assert '<path d="m1 2l2 2" fill="none" stroke="currentColor" stroke-width="2"/>' in svg
    assert "<style" not in svg


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ('<path d="M 0 0" style="fill: none; filter: blur(2px)"/>', "property filter"),
        ('<path d="M 0 0" onclick="x()"/>', "attribute onclick"),
        ('<path d="M 0 0" style="fill: url(http://elsewhere.example)"/>', "fill url"),
        ("<text>x</text>", "element text"),
        ("<script>x()</script>", "element script"),
        ('<g transform="skewX(3)"/>', "transform skewX"),
        ("<defs><style>*{stroke-linejoin: miter}</style></defs>", "style sheet"),
    ],
)
def test_what_is_not_known_is_refused(body, named):
    with pytest.raises(RewritingFailed, match=named):
        _rewritten(body)


def test_a_marked_group_gets_its_title_and_its_link():
    svg = _rewritten(
        '<g id="m"><g id="other"><path d="M 0 0"/></g></g>', m=Mark(title="A&B", href='/a?b="c"')
    )
    assert '<a href="/a?b=&quot;c&quot;" tabindex="-1"><title>A&amp;B</title><path d="m0 0"/></a>' in svg


def test_a_path_says_each_place_from_the_one_before():
    assert (
        _path("M 10 20 \nL 30 20 \nL 30 45.678 \nL 10 45.678 \nL 10 20 \nz\n", 1.0, 2)
        == "m10 20h20v25.68h-20z"
    )
    assert (
        _path("M 0 0 \nC 1 2 3 4 5 6 \nQ 7 8 9 9 \nz\nM 2 2 \nL 1 0 ", 1.0, 2)
        == "m0 0c1 2 3 4 5 6q2 2 4 3zm2 2l-1-2"
    )
