"""Points redeemed: a merchant's till, its offers and settlements; merchants as administrators keep them; a member's codes."""

from web.pages.points_till import codes, endings, merchants, offers, till
from web.pages.points_till.places import code_pages, expiry_pages, merchant_pages, till_pages

__all__ = [
    "code_pages",
    "codes",
    "endings",
    "expiry_pages",
    "merchant_pages",
    "merchants",
    "offers",
    "till",
    "till_pages",
]
