"""A walk as plain data, for other programs."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from crossroads.decisions.model import Advice, Question, Walk
from crossroads.decisions.render.sources import Sources


def walk_json(walk: Walk, sources: Sources) -> Mapping[str, Any]:
    """Return what was said, and the next question or the advice."""
    return {
        "path": walk.path,
        "steps": [
            {
                "question": step.question.id,
                "ask": sources.text(step.question.ask),
                "answer": step.answer.id,
                "say": sources.text(step.answer.say),
                "assumed": step.is_assumed,
            }
            for step in walk.steps
        ],
        "question": texts(asdict(walk.at), sources) if isinstance(walk.at, Question) else None,
        "advice": _advice(walk.at, sources) if isinstance(walk.at, Advice) else None,
        "versions": dict(sources.versions),
    }


def _advice(advice: Advice, sources: Sources) -> Mapping[str, Any]:
    evidence = [asdict(line) for line in sources.lines(advice.evidence)]
    return {**texts(asdict(advice), sources), "evidence": evidence}


def texts(value: Any, sources: Sources) -> Any:  # noqa: ANN401 - what JSON may hold
    """Return `value` with all inline Markdown made readable away from the site."""
    match value:
        case str():
            return sources.text(value)
        case dict():
            # A command is no Markdown.
            return {k: v if k == "run" else texts(v, sources) for k, v in value.items()}
        case _:
            return [texts(item, sources) for item in value]
