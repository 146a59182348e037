"""The colours of stars and of everything else that charts fill: the one place they are fixed.

Gold, the darker the better, for three stars and more; grey for less; no stars and not rated are not filled but hatched.
Every fill carries INK at 4.5 : 1 or better, and every segment an outline in the page's own colour of text, so
that the same picture serves on white, on dark and on paper.
"""

STAR_COLOURS: dict[int, str] = {
    5: "#b8860b",
    4: "#deb24a",
    3: "#ecd28a",
    2: "#d3cec6",
    1: "#a29c94",
    0: "#86807a",
}
"""The fill for each number of stars; for none, the colour of the hatching, which stands on no fill."""

MOST = 5
"""The most stars that have a colour of their own."""

NOT_RATED = "#86807a"
"""The colour of the hatching for units not rated, which stands on no fill."""

HATCHES: dict[int | None, str] = {0: "///", None: "--"}
"""How those that have no fill are hatched: no stars slantwise, not rated level."""

INK = "#1f1d1b"
"""What is written on a fill."""

BAR = "#6f8296"
"""The fill of bars that count no stars."""

CURRENT = "currentColor"
"""The page's own colour of text."""


def star_colour(stars: int | None) -> str:
    """Return the colour of *stars*; None is not rated. More than five have the colour of five, told apart by words."""
    return NOT_RATED if stars is None else STAR_COLOURS[min(stars, MOST)]
