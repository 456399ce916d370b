"""Measures what the docs claim: a generated history, imported, searched and checked."""
