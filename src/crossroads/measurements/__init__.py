"""The facts: what was measured, on which machine, with which versions."""
