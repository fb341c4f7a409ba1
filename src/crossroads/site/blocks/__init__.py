"""The account of code blocks: what the site shows as code, and what proves each block.

The pages are read by the site's own Markdown parser with the site's own configuration, because
only that parser knows what a reader will see as code: fences of any kind and length, indented
code, raw HTML, in tabs and lists and quotes. What is not understood is unaccounted, never skipped.

Two facts come from outside, so that nothing here depends on a test runner: which inline Python the
runner collects, and which files of snippets/ a test starts. Without them a block is judged by its
form alone, which is all that the counts on the site need.

A file counts as run when
- it is in snippets/ and a test marked `runs("<path>")` starts or executes it; the test itself fails
  when it does not (see `exercise.StartRecorder`);
- it is in example_app/ and the test suite executes every statement of each section that the site
  includes (see `exercise.LineRecorder`). Lines are recorded while the whole suite runs, so this
  half is judged at the end of a run, with the lines of all its processes put together.
"""

from crossroads.site.blocks.account import Account, fence_counts, read_account
from crossroads.site.blocks.model import Block, Kind

__all__ = ["Account", "Block", "Kind", "fence_counts", "read_account"]
