"""The shapes of what is told of people's work."""
