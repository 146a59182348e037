"""Clerks' spreadsheets, read safely: a CSV or XLSX file in, a table of text cells with their places out."""
