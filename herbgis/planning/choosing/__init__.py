"""The exact plan over all candidates, and its reasons."""
