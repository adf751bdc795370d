"""`python -m engine` is `jimu`."""

from engine.cli import main

main()
