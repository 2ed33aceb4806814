"""The documentation site: pages written by hand, pages made from the code and its facts."""
