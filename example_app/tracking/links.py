"""Addresses that a customer may have and nobody can guess.

A parcel's number can be counted up, so it alone opens nothing: in an address it stands with a
signature. What is signed wrongly is no address at all, so it is answered with 404.
"""

from django.core.signing import BadSignature, Signer

# SECRET_KEY signs, and SECRET_KEY_FALLBACKS lets old links live when it changes. A link is good
# forever; TimestampSigner and its `max_age` make one that ends.
signer = Signer(salt="tracking")


# --8<-- [start:signed-number]
class SignedNumber:
    """Read and write `DX00000042:signature` in an address."""

    regex = "[^/]+"

    def to_python(self, value):
        try:
            return signer.unsign(value)
        except BadSignature as error:
            raise ValueError from error

    def to_url(self, number):
        return signer.sign(number)


# --8<-- [end:signed-number]
