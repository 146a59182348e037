"""What people do: one function each, from their files or the store to a value."""
