"""The shapes of answers, as the description of the API gives them; nothing unnamed is in an answer."""
