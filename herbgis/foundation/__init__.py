"""The ground: errors, units, resources, outputs, display. Imports nothing of ours."""
