"""How the demo county is made up: its branches, what becomes of them in three years, and how they are marked."""
