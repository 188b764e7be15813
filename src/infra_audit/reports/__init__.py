"""Findings and other records as tables and files. A report never computes a verdict.

Every report takes the JSON records of one kind (the contract of `--format json`), so that what a person reads and what a
program reads are the same data. `columns.py` says which columns a kind has; the formats share that table.
"""
