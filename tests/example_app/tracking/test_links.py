import pytest
from django.core.signing import Signer
from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from tracking.urls import urlpatterns

PAGES = sorted(url.name for url in urlpatterns if url.name)


@pytest.mark.parametrize("name", PAGES)
def test_an_address_leads_back_to_its_parcel(name):
    address = reverse(name, args=["DX00000042"])

    assert resolve(address).kwargs == {"number": "DX00000042"}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    "forge",
    [
        lambda signed: signed.partition(":")[0],
        lambda signed: signed.replace("42", "43"),
        lambda signed: signed + "x",
        lambda signed: Signer(salt="another use").sign(signed.partition(":")[0]),
        lambda signed: Signer(key="guessed", salt="tracking").sign(signed.partition(":")[0]),
    ],
    ids=["unsigned", "next number", "longer", "signed for another use", "guessed key"],
)
def test_a_number_that_we_did_not_sign_is_not_found(get, name, forge):
    address = reverse(name, args=["DX00000042"])
    signed = address.split("/")[2]

    assert get(address.replace(signed, forge(signed))).status_code == 404


def test_the_number_in_an_address_is_always_signed():
    with pytest.raises(NoReverseMatch):
        reverse("track", kwargs={"parcel": "DX00000042"})
    with pytest.raises(Resolver404):
        resolve("/track/DX00000042/")


def test_every_address_is_signed_or_asks_for_a_token():
    assert {str(url.pattern) for url in urlpatterns if not url.name} == {"api/scans/"}
    for url in urlpatterns:
        assert ("<signed:number>" in str(url.pattern)) == bool(url.name)
