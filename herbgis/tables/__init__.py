"""Workbooks and data files that people take away."""
