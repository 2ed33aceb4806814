"""Candidate sites, found, enlarged and gathered."""
