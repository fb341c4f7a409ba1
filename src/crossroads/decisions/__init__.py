"""The guide: questions a reader can answer, and the advice that they lead to."""
