"""Python without the GIL."""

from crossroads.evidence.model import Evidence, Tested, unproven

CLAIMS = (
    Evidence(
        id="ft-gil",
        claim="On a free-threaded Python an extension that is not marked as safe switches the GIL "
        "on again, and an import check finds it.",
        proof=Tested(),
        depends=(),
    ),
    unproven(
        "ft-cpu",
        "On a free-threaded Python, threads share the work of a computing view over the cores.",
        "cells on python3.14t",
    ),
    unproven(
        "ft-tax",
        "One thread is slower on a free-threaded Python than on one with the GIL.",
        "cells on python3.14t",
    ),
    unproven(
        "ft-mem",
        "Threads on a free-threaded Python need less memory than processes for the same load.",
        "cells on python3.14t",
    ),
    unproven(
        "ft-wait",
        "Views that wait gain nothing from a free-threaded Python.",
        "cells on python3.14t",
    ),
)
