"""Notebook kernels that run the same on every machine, whatever its owner set up for IPython."""

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

# The kernel warns that its sockets on 127.0.0.1 are not encrypted; a reader can do nothing
# about that, and it holds nothing but charts.
_CONFIG = 'get_config().IPKernelApp.log_level = "ERROR"\n'


@cache
def isolate_kernels() -> TemporaryDirectory[str]:
    """Give the kernels that we start an IPython folder of their own, removed when we end.

    Without it, a person's own start-up files would run before every chart.
    """
    folder = TemporaryDirectory(prefix="crossroads-ipython-")
    profile = Path(folder.name) / "profile_default"
    profile.mkdir()
    (profile / "ipython_kernel_config.py").write_text(_CONFIG)
    os.environ["IPYTHONDIR"] = folder.name
    return folder
