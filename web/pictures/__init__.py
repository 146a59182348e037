"""Which charts a year has: its figures turned into a chart's plain values, drawn once, and kept with the edition."""
