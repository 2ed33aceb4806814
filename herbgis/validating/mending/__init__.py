"""What can be put right without asking."""
