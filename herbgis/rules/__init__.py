"""Rules: one small function a code; `herbgis.rules.validation` holds their table. Floor 5."""
