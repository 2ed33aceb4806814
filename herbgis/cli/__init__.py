"""The command line: each command a straight chain of library calls."""
