"""The commands on the pages still print what the pages say; `make refresh` rewrites them."""

from pathlib import Path

from crossroads.site.blocks import Account, Kind
from crossroads.site.blocks.transcripts import normalize, parse, replay


def test_the_transcripts_of_a_page_show_what_their_commands_print(
    page: Path, root: Path, account: Account
) -> None:
    for block in account.of(Kind.TRANSCRIPT):
        if block.page == page:
            for exchange in parse(block.shown.text):
                assert normalize(replay(exchange.command, root)) == normalize(exchange.output)
