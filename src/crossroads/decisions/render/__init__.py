"""Tree in, text out: for a terminal, for a decision record, as JSON."""
