"""The commands of `stars`, a module for each thing people come to do."""
