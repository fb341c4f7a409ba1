"""How many stops may be asked for."""

from django import forms

# A full day for one van, and 10 to 20 ms for one core.
USUAL_STOPS = 170


class PlanForm(forms.Form):
    """The question in a query string.

    The work grows faster than the square of the stops, so the bound is what keeps one
    request from holding a processor for seconds.
    """

    stops = forms.IntegerField(min_value=3, max_value=250)

    def __init__(self, query):
        super().__init__({"stops": USUAL_STOPS, **query.dict()})
