"""The pages: a module a noun, each a few lines a view."""
