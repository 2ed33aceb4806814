"""Rules: one small function a code; `herbgis.validating.validation` holds their table."""
