# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# ---
# description: Latency of a page that asks five services in a row, with threads, and gathered.
# hide:
#   - toc
# ---
#
# # Fan-out
#
# A page that asks five carriers. Written one below the other, its latency is the sum of their
# waits. In a pool of threads, or gathered in an async view, it is a single wait. This holds under
# WSGI and under ASGI.
#
# [How many calls are in progress at once](index.md#fan-out) is counted by a test. The views are in
# [calls from async views](../async/calls.md). Here is [how a figure is made](method.md).

# %%
from crossroads.site import charts
from crossroads.site.data import load_lanes

charts.fan_out(load_lanes())
