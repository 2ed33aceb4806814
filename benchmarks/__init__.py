"""Counts and ratios beside named peers; run from the repository's root."""
