"""The ways in: the command line, and the only package that may know Flask."""
