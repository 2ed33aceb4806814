"""What is wrong with records, and what is mended."""
