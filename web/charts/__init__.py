"""Charts: from plain values to SVG text for a page, or to a file.

One module a chart, each with its values and `draw(values) -> str`: `distribution`, `target`, `bars`, `radar`,
`years`, `histogram`. A chart lays itself out on a `sheet`, `engraving` has matplotlib draw it, `rewriting` makes
the drawing fit for a page under a strict policy. matplotlib is imported when the
first chart is drawn.
"""
