# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# ---
# description: Latency of a pool of threads against the rate of requests, up to its limit.
# hide:
#   - toc
# ---
#
# # The knee of a thread pool
#
# A view that waits for a carrier, on a server with a fixed number of threads, while more and more
# requests come. Up to the limit nobody queues, and latency is the wait. Close to it the queue
# begins, and beyond it there is no latency that would be the right one: the queue grows until the
# load ends.
#
# [How many workers and threads](../wsgi/workers.md) has the arithmetic. The load is an open loop,
# as visitors are; what a closed loop would hide is on [a page of its own](coordinated-omission.py).
# Here is [the view](code.md#one-wait), and here [how a figure is made](method.md).

# %%
from crossroads.site import charts
from crossroads.site.data import load_lanes

charts.knee(load_lanes())
