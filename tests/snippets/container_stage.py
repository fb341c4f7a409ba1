"""A small strict reader of Containerfiles and compose files, and their services as processes.

There are no containers here: a service is a process with the environment and the command that the
two files give it. FOLDER stands for the root of its image, the checkout for the build context.
"""

import json
import os
import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


@dataclass
class Copy:
    """What a COPY line brings into an image."""

    sources: list[str]
    target: PurePosixPath
    """Absolute; a folder when there is a slash at the end of the line."""
    is_folder: bool
    stage: str
    """Another stage of the file; empty for the build context."""


@dataclass
class Stage:
    """One image of a Containerfile."""

    base: str
    env: dict[str, str] = field(default_factory=dict)
    workdir: PurePosixPath = field(default_factory=lambda: PurePosixPath("/"))
    user: str = "root"
    steps: list[Copy | str] = field(default_factory=list)
    """What is copied, and commands that are run, in order."""
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)


def read_containerfile(path: Path) -> dict[str, Stage]:
    """Return the stages by name.

    Raises:
        ValueError: A line is not one of the few that we know.
    """
    stages: dict[str, Stage] = {}
    text = re.sub(r"\\\n\s*", " ", path.read_text(encoding="utf-8"))
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        instruction, _, rest = line.partition(" ")
        if instruction == "FROM":
            base, _, name = rest.partition(" AS ")
            stage = stages[name] = Stage(base)
        else:
            _read(stage, instruction, rest)
    return stages


def _read(stage: Stage, instruction: str, rest: str) -> None:
    match instruction:
        case "ENV":
            stage.env |= dict(word.split("=", 1) for word in shlex.split(rest))
        case "WORKDIR":
            stage.workdir /= rest
        case "USER":
            stage.user = rest
        case "RUN":
            stage.steps.append(rest)
        case "COPY":
            stage.steps.append(_copy(stage, rest.split()))
        case "HEALTHCHECK":
            options, _, command = rest.partition(" CMD ")
            if not re.fullmatch(r"(--(interval|timeout|start-period|retries)=\w+ ?)*", options):
                raise ValueError(f"HEALTHCHECK has other options: {options}")
            stage.health = json.loads(command)
        case "CMD":
            stage.command = json.loads(rest)
        case _:
            raise ValueError(f"{instruction} is not an instruction that we know")


def _copy(stage: Stage, words: list[str]) -> Copy:
    stages = [word.removeprefix("--from=") for word in words if word.startswith("--from=")]
    *sources, target = [word for word in words if not word.startswith("--")]
    return Copy(sources, stage.workdir / target, target.endswith("/"), "".join(stages))


def read_compose(path: Path, variables: Mapping[str, str]) -> dict[str, Any]:
    """Return a compose file with its variables filled in.

    Raises:
        KeyError: A variable that the file asks for is not set.
    """

    def fill(value: Any) -> Any:  # noqa: ANN401 - YAML is anything
        if isinstance(value, dict):
            return {key: fill(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [fill(inner) for inner in value]
        return re.sub(r"\$\{(\w+)(:[?-][^}]*)\}", one, value) if isinstance(value, str) else value

    def one(found: re.Match[str]) -> str:
        name, otherwise = found.groups()
        if otherwise.startswith(":-"):
            return variables.get(name) or otherwise[2:]
        return variables[name]

    filled = fill(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert isinstance(filled, dict)
    return filled


def main(compose: str, containerfile: str, service: str, what: str, folder: str) -> None:
    """Become the command of a service, or its health check.

    `INSTEAD` in the environment is JSON: text that has another value where there are no containers.
    """
    given = read_compose(Path(compose), os.environ)["services"][service]
    stage = read_containerfile(Path(containerfile))[given["build"]["target"]]
    instead: dict[str, str] = json.loads(os.environ["INSTEAD"]) | {"/srv/": f"{folder}/srv/"}

    def here(text: str) -> str:
        for old, new in instead.items():
            text = text.replace(old, new)
        return text

    command = stage.health if what == "health" else given.get("command", stage.command)
    command = [here(word) for word in command]
    environment = stage.env | given["environment"]
    own = {name: here(value) for name, value in environment.items()}
    os.chdir(here(f"{stage.workdir}/"))
    os.execvpe(command[0], command, own | {"PATH": os.environ["PATH"]})  # noqa: S606 - as it is given


if __name__ == "__main__":
    main(*sys.argv[1:])
