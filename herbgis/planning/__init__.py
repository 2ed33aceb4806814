"""Where the next bases should be: rated land, candidate sites, the exact plan, and why."""
