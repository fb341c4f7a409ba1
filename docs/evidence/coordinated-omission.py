# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# ---
# description: How a closed loop hides a stall that an open loop sees.
# hide:
#   - toc
# ---
#
# # Two kinds of load
#
# The same server, stalling now and then because a view blocks its event loop, under two
# kinds of load. A closed loop has a few clients that each wait for their answer before they
# ask again, so a stall keeps them from asking. An open loop sends requests when they fall
# due, as visitors do who do not know of each other.
#
# The difference has a name, coordinated omission, and it is why
# [the method](method.md#load) keeps the two kinds of load apart. Here is
# [the view that blocks](code.md#one-wait).

# %%
from crossroads.site import charts
from crossroads.site.data import load_lanes

lanes = load_lanes()

# %%
charts.coordinated_omission(lanes)
