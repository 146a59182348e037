"""The API of people at work: all that the pages let somebody do, through the same workflows, by token or session."""
