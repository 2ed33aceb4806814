"""Reading: one module a format family, one way in (`herbgis.readers.reading.read_survey`). Floor 2."""
