"""The admin of a large table, without counting its rows on each page."""

# --8<-- [start:admin]
from django.contrib import admin
from django.core.paginator import Paginator
from django.db import connections
from django.utils.functional import cached_property


class EstimatingPaginator(Paginator):
    """Take PostgreSQL's own estimate where the table is large and nothing is filtered."""

    count_below = 10_000  # fewer rows are counted: that is quick, and exact

    @cached_property
    def count(self):
        connection = connections[self.object_list.db]
        query = self.object_list.query
        if connection.vendor == "postgresql" and not query.where and not query.distinct:
            table = connection.ops.quote_name(query.get_meta().db_table)
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT reltuples::bigint FROM pg_class WHERE oid = %s::regclass", [table]
                )
                estimate = cursor.fetchone()[0]  # -1 before the first ANALYZE
            if estimate >= self.count_below:
                return estimate
        return super().count


class LargeTableAdmin(admin.ModelAdmin):
    paginator = EstimatingPaginator
    show_full_result_count = False  # else a search counts the whole table as well


# --8<-- [end:admin]
