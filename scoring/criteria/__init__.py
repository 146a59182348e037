"""Criteria sets: what a unit is marked on, and what its marks are worth."""
