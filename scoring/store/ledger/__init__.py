"""The books of points as they are kept: transfers and the entries they come to, claims, and reversals."""
