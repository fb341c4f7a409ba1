# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# ---
# description: What a call to another service costs the caller, with a shared client and a new one.
# hide:
#   - toc
# ---
#
# # Calls
#
# A view that quotes one carrier's price: it computes the price itself, or it asks for it over HTTP
# with a client that the process shares, or it builds a client for the request. The service
# answers at once, so nothing here is waiting.
#
# A call [costs more than many functions](index.md#hop) that people move behind one. And a client of
# its own reads the certificates anew for each request, [on the event loop](index.md#httpx). The
# views are in [calls from async views](../async/calls.md). Here is
# [how a figure is made](method.md).

# %%
from crossroads.site import charts
from crossroads.site.data import load_lanes

charts.calls(load_lanes())
