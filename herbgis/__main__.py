"""``python -m herbgis`` is the command line."""

from herbgis.cli import main

main()
