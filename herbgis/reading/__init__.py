"""Reading: one module a format family, one way in, `herbgis.reading.reading`."""
