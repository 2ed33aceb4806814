"""The rooms of make_sample.py."""
