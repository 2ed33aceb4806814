"""Workbooks and data files that people take away. Floor 8."""
