"""A member's own pages: the balance, lines and claims of the own points, what can be claimed, and the rules."""

from web.pages.points import balance, claims, lines, rules, statements
from web.pages.points.places import points_pages

__all__ = ["balance", "claims", "lines", "points_pages", "rules", "statements"]
