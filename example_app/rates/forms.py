"""What a customer may ask, checked before any carrier is."""

from django import forms

from rates.prices import CARRIERS


class RateForm(forms.Form):
    """The question in a query string. What it leaves out takes the value of `USUAL`."""

    USUAL = {"carrier": "postal", "weight_g": "1000", "country": "DE"}

    carrier = forms.ChoiceField(choices=[(carrier, carrier) for carrier in CARRIERS])
    weight_g = forms.IntegerField(min_value=1, max_value=31_500)
    country = forms.RegexField(r"^[A-Z]{2}$", error_messages={"invalid": "Two capital letters."})

    def __init__(self, query):
        super().__init__({**self.USUAL, **query.dict()})

    @property
    def parcel(self):
        return {name: self.cleaned_data[name] for name in ("weight_g", "country")}
