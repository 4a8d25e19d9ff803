"""Bulk data that looks like life: skewed, linked, reproducible. For trials and benchmarks only."""
