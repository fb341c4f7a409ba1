# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# ---
# description: CPU and throughput of a view in pure Python, by server.
# hide:
#   - toc
# ---
#
# # Computing
#
# A view that plans a tour in pure Python. The work is the same everywhere, so this shows
# how much of a computing view is left to the choice of a server. Here is
# [the view](code.md#computing), and here [how a figure is made](method.md).

# %%
from crossroads.site import charts
from crossroads.site.data import load_lanes

lanes = load_lanes()

# %%
charts.cpu_views(lanes)

# %% [markdown]
# ## More threads, more workers
#
# The same view, with all cores free to use. A second thread of one process shares the GIL
# with the first; a second worker has a GIL of its own. A sync worker takes a request when it is
# idle. A gthread worker takes connections and keeps them, so one of two
# [may have nearly all](../wsgi/workers.md#cores-and-containers).

# %%
charts.cpu_cores(lanes)
