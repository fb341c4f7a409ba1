"""The command line: measure, print the evidence, and keep generated text fresh."""

import json
import os
import shutil
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from crossroads.bench.profiles import PROFILES
from crossroads.bench.progress import progress_bar
from crossroads.bench.report import aa_table, run_table
from crossroads.bench.run import run_profile
from crossroads.bench.self_check import CELLS, ROUNDS, check_pairs
from crossroads.decisions.ask import ask
from crossroads.decisions.keep import STANDARD_OUTPUT, keep, require_place
from crossroads.decisions.model import Question, Tree, Walk
from crossroads.decisions.permalinks import refresh_permalinks
from crossroads.decisions.read import PERMALINKS, read_tree
from crossroads.decisions.render.adr import adr
from crossroads.decisions.render.compare import comparison_text
from crossroads.decisions.render.sources import Sources
from crossroads.decisions.render.terminal import paths_text, walk_text
from crossroads.decisions.render.tree_json import tree_json
from crossroads.decisions.render.walk_json import walk_json
from crossroads.decisions.walk import walk
from crossroads.errors import CrossroadsError
from crossroads.evidence.ledger import as_json, ledger_text, read_ledger
from crossroads.evidence.proofs import keep_reference
from crossroads.evidence.prove import prove
from crossroads.measurements.identity import identify
from crossroads.measurements.store import load_run, local_path
from crossroads.site.blocks.transcripts import refresh_transcripts
from crossroads.site.cited import refresh_numbers
from crossroads.site.data import find_root
from crossroads.site.findings import guide_sources

EXIT_MISTAKE = 2
EXIT_INTERRUPTED = 130


@click.group()
@click.version_option(package_name="django-crossroads")
def cli() -> None:
    """Which way should your Django project run? Measure it on this machine."""


@cli.command()
@click.option(
    "--profile",
    type=click.Choice(list(PROFILES)),
    default="quick",
    show_default=True,
    help="quick: under two minutes, large differences only. full: all cells, about half an hour.",
)
@click.option("--again", is_flag=True, help="Measure even if a valid measurement is there.")
@click.option("--aa", is_flag=True, help="Measure cells against themselves: how often do we err?")
@click.option("--reference", is_flag=True, help="Keep the run in measurements/, to be committed.")
def measure(profile: str, *, again: bool, aa: bool, reference: bool) -> None:
    """Measure this machine; an interrupted run goes on where it stopped."""
    root = find_root(Path.cwd())
    chosen = PROFILES[profile]
    if aa:
        with progress_bar(2 * len(CELLS) * ROUNDS) as progress:
            click.echo(aa_table(check_pairs(root, chosen, progress)))
        return
    path = local_path(root, profile, identify(root).key)
    if again or not path.exists():
        with progress_bar(len(chosen.cells) * chosen.rounds) as progress:
            run_profile(root, chosen, progress)
    run = load_run(path)
    click.echo(run_table(run))
    if reference:
        kept = root / "measurements" / f"{run.started[:10]}-{profile}-{path.stem[-6:]}.jsonl"
        shutil.copyfile(path, kept)
        path = kept
    click.echo(f"\nThe run is in {path.relative_to(root)}.")


@cli.command()
@click.option("--prove", "again", is_flag=True, help="Run the proving tests on this machine first.")
@click.option("--json", "as_data", is_flag=True, help="Print it as the site publishes it.")
@click.option("--reference", is_flag=True, help="Keep the proofs, to be committed.")
def evidence(*, again: bool, as_data: bool, reference: bool) -> None:
    """Print every claim with its state, here and in the reference."""
    root = find_root(Path.cwd())
    if again:
        prove(root)
    if reference:
        click.echo(f"kept {keep_reference(root).relative_to(root)}", err=True)
    book = read_ledger(root)
    click.echo(json.dumps(as_json(book), indent=2) if as_data else ledger_text(book))


@cli.command()
@click.option("--answers", help="Walk on these without asking, such as slow,load,wsgi.")
@click.option("--compare", help="Walk on these as well, and print where the two part.")
@click.option("--list", "all_paths", is_flag=True, help="Print every path with its advice.")
@click.option(
    "--json", "as_data", is_flag=True, help="Print the walk as JSON; the tree, with --list."
)
@click.option(
    "--adr",
    "record",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    help="Write a decision record to this file; - is standard output.",
)
@click.option("--overwrite", is_flag=True, help="Replace the file of a record that is there.")
def decide(  # noqa: PLR0913 - each is an option of the command
    answers: str | None,
    *,
    compare: str | None,
    all_paths: bool,
    as_data: bool,
    record: Path | None,
    overwrite: bool,
) -> None:
    """Ask what is wrong with one view, and advise."""
    root = find_root(Path.cwd())
    tree = read_tree(root / "docs" / "decide")
    if all_paths and not as_data:
        click.echo(paths_text(tree))
        return
    if all_paths:
        click.echo(_as_json(tree_json(_sources(tree, root))))
        return
    if record:
        require_place(record, overwrite=overwrite)
    walked = _ask(tree) if answers is None else walk(tree, _split(answers))
    sources = _sources(tree, root)
    if compare is not None:
        click.echo(comparison_text(walked, walk(tree, _split(compare)), sources))
        return
    if record:
        keep(adr(walked, sources, datetime.now(UTC).astimezone().date()), record)
    if record != STANDARD_OUTPUT:
        click.echo(_as_json(walk_json(walked, sources)) if as_data else walk_text(walked, sources))


def _sources(tree: Tree, root: Path) -> Sources:
    return guide_sources(tree, root, os.environ.get("SITE_URL", ""))


def _split(answers: str) -> list[str]:
    return [answer for answer in answers.split(",") if answer]


def _as_json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False)


def _ask(tree: Tree) -> Walk:
    """Return where the reader's answers lead; end the program where the reader ends the dialog."""
    try:
        walked = ask(tree)
    except (click.Abort, KeyboardInterrupt):
        click.echo("\nLeft.", err=True)
        sys.exit(EXIT_INTERRUPTED)
    if isinstance(walked.at, Question):
        again = f" These answers again: crossroads decide --answers {walked.path}"
        click.echo(f"Left.{again if walked.steps else ''}", err=True)
        sys.exit()
    return walked


@cli.command()
def refresh() -> None:
    """Rewrite all generated text in docs/; read the diff before you commit it."""
    root = find_root(Path.cwd())
    for page in (*refresh_numbers(root, read_ledger(root)), *refresh_transcripts(root)):
        click.echo(f"refreshed {page}")
    guide = root / "docs" / "decide"
    if refresh_permalinks(read_tree(guide), guide / PERMALINKS):
        click.echo(f"refreshed docs/decide/{PERMALINKS}")


def main() -> None:
    """Run the command line; a person's mistake ends with exit code 2 and no traceback."""
    try:
        cli.main(standalone_mode=False)
    except CrossroadsError as error:
        click.echo(error, err=True)
        sys.exit(EXIT_MISTAKE)
    except click.Abort:
        click.echo(
            "\nStopped. What is measured so far is kept; run the same command to go on.", err=True
        )
        sys.exit(EXIT_INTERRUPTED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
