"""Which bases count, against which target, month by month."""
