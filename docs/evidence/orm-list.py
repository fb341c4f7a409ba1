# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# ---
# description: CPU of server and PostgreSQL for a list view through the ORM.
# hide:
#   - toc
# ---
#
# # Database
#
# A list of parcels with related objects, read from PostgreSQL through the ORM, as a
# typical list page is. The CPU of the database is counted apart from the server's, because
# moving work between the two is not saving it. Here is
# [the view](code.md#the-database), and here [how a figure is made](method.md).

# %%
from crossroads.site import charts
from crossroads.site.data import load_lanes

lanes = load_lanes()

# %%
charts.orm_list(lanes)

# %% [markdown]
# ## How a request gets its connection
#
# The same list, with a connection that is made for each request or kept by its thread, with
# [a pool](../database/pools.md) in the process, and through PgBouncer.

# %%
charts.list_connections(lanes)

# %% [markdown]
# ## A query that waits
#
# The database computes nothing and takes its time, as with a lock. Worker threads wait for it, the
# ORM's async methods, or [an async backend](../database/async-backend.md).

# %%
charts.waiting_queries(lanes)

# %% [markdown]
# And a list that the database does compute, in a single query, because an async backend has no
# `prefetch_related`.

# %%
charts.joined_list(lanes)

# %% [markdown]
# ## More connections than the database has cores
#
# A report that makes PostgreSQL compute, asked for by more and more threads. PostgreSQL is kept
# on one core, so that connections can be counted for each.

# %%
charts.saturation(lanes)
