"""Tree in, text out: for a terminal, for a decision record, as an outline, as JSON."""
