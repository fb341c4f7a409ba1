# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# ---
# description: CPU per request of Django's servers, with and without middleware.
# hide:
#   - toc
# ---
#
# # CPU per request
#
# A view that returns a few bytes of JSON, on every server that the profile measures, with
# and without the middleware that `startproject` switches on. There is nothing to wait
# for, so what remains is the cost of the server, of Django and of the way between them.
#
# The bare apps answer without any framework: they are the floor of their server. FastAPI
# answers the same bytes and is there for comparison. Here is
# [the view](code.md#a-few-bytes-of-json), and here [how a figure is made](method.md).

# %%
from crossroads.site import charts
from crossroads.site.data import load_lanes

lanes = load_lanes()

# %%
charts.cpu_per_request(lanes)
