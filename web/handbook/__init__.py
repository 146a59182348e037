"""A criteria set told to those who are assessed by it: what earns full marks, and how stars come of it."""
