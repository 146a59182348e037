"""The marking pages: the queue, a unit's sheet, the grid, worksheets and moderation, all of one period."""

from web.pages.marking import grids, moderation, queues, sheets, worksheets
from web.pages.marking.places import marking_pages

__all__ = ["grids", "marking_pages", "moderation", "queues", "sheets", "worksheets"]
