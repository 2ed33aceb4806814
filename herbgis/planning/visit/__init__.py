"""The way of a site meeting: which bases to show, in which order."""
