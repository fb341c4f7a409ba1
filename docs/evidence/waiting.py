# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# ---
# description: Throughput and latency of a view that waits, by server and clients.
# hide:
#   - toc
# ---
#
# # Waiting
#
# A view that asks one carrier for a price and waits for the answer. The wait is the same
# on every server; what differs is how many requests a server can hold while they wait.
#
# The theory is short: what is in flight, divided by the wait, is the throughput. A server
# with a fixed number of threads holds that many requests and queues the rest. Here is
# [the view](code.md#one-wait), and here [how a figure is made](method.md).

# %%
from crossroads.site import charts
from crossroads.site.data import load_lanes

lanes = load_lanes()

# %%
charts.waiting_throughput(lanes)

# %%
charts.waiting_latency(lanes)
