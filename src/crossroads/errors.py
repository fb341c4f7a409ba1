"""Errors that a person can cause, each saying what is wrong, what is known and what to do.

Everything else is a bug and shows its traceback.
"""


class CrossroadsError(Exception):
    """An error a person can mend; the command line prints it without a traceback.

    >>> print(CrossroadsError("port 8000 is taken", "it is held by nginx", "choose another port"))
    port 8000 is taken
    it is held by nginx
    choose another port
    """

    def __init__(self, problem: str, known: str, remedy: str) -> None:
        super().__init__(problem, known, remedy)
        self.problem = problem
        """What is wrong, with the value that is wrong."""
        self.known = known
        """What is known about it."""
        self.remedy = remedy
        """What to do next."""

    def __str__(self) -> str:
        """Return the three lines a person reads."""
        return f"{self.problem}\n{self.known}\n{self.remedy}"
