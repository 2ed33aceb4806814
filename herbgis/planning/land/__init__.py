"""Land rated for what grows on it."""
