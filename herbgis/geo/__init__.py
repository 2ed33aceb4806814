"""The earth and files of shapes: area on the ellipsoid, zones, offsets, systems, rasters."""
