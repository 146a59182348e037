"""Members' points: claimed, verified, posted; members, rules and quarters kept; files taken in."""
