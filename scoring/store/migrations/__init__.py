"""How a county's database is brought from release to release. A revision is never edited once released."""
