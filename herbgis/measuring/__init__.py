"""Figures of shapes, without verdicts: area, sigma, overlaps, blocks, borders, terrain."""
