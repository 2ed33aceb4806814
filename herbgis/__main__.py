"""``python -m herbgis`` is the command line."""

from herbgis.cli.main import main

main()
