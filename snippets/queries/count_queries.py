"""Write to the log how many queries each request sends, and which of them more than once."""

# --8<-- [start:middleware]
import logging
from collections import Counter
from contextlib import ExitStack

from django.db import connections

logger = logging.getLogger("queries")


# On a copy, last in MIDDLEWARE: "count_queries.count_queries".
def count_queries(get_response):
    def middleware(request):
        asked = Counter()

        def count(execute, sql, *args):
            asked[sql] += 1
            return execute(sql, *args)

        with ExitStack() as watched:
            for connection in connections.all():
                watched.enter_context(connection.execute_wrapper(count))
            response = get_response(request)
        logger.warning("%s: %d queries", request.path, asked.total())
        for sql, times in asked.most_common(3):
            if times > 1:
                logger.warning("  %d × %s", times, sql[:500])
        return response

    return middleware


# --8<-- [end:middleware]
