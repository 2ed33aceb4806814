"""Rules: one small function a code, one table of them (`herbgis.rules.validation.RULES`). Floor 5."""
