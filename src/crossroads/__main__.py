"""Lets `python -m crossroads` do what `crossroads` does."""

from crossroads.cli import main

main()
