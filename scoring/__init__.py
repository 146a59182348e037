"""The domain: criteria, marks, scores, stars, ranks. Knows nothing of Flask or of a screen."""
