"""Reading: one module a format family, one way in, `herbgis.readers.reading`. Floor 2."""
