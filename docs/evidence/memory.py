# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# ---
# description: Memory of processes and of threads that serve as many requests at once.
# hide:
#   - toc
# ---
#
# # Memory
#
# Servers that can serve the same number of requests at once: with threads of one process, with
# processes of one thread, and between. A process that loads the app for itself has all of it once
# more. A thread adds a stack, and what its request holds.
#
# What sharing saves, and what a large object does, is in
# [memory under WSGI](../wsgi/memory.md). Here is [the view](code.md#one-wait), and here
# [how a figure is made](method.md).

# %%
from crossroads.site import charts
from crossroads.site.data import load_lanes

charts.memory(load_lanes())
