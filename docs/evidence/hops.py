# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
# ---

# %% [markdown]
# ---
# description: What middleware costs under ASGI and WSGI, in CPU per request.
# hide:
#   - toc
# ---
#
# # Hops and middleware
#
# The same few bytes of JSON without middleware, with a single one that knows only sync, and with
# those that `startproject` switches on.
#
# Under ASGI each method of startproject's middleware is sent to the request's thread and back by
# itself, which is called a hop. [How many hops](index.md#asgi-hops) that makes is counted by a
# test. The middleware that is sync-only costs [a fraction of it](index.md#async-mw), because what
# is around it then crosses together.
#
# More on it is in [what a request costs](../asgi/cost.md). Here is
# [the view and the middleware](code.md#a-few-bytes-of-json), and here
# [how a figure is made](method.md).

# %%
from crossroads.site import charts
from crossroads.site.data import load_lanes

charts.middleware_cost(load_lanes())
