"""Frozen values that cross from one stage to the next. Imports nothing but the standard library and errors."""
