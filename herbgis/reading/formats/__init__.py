"""One module a format: a file as it is, before it is understood."""
