"""Tell a depot from a view, through whichever of the two ways is set up."""

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings

from scanning.relay import publish


def tell(depot_pk, news):
    """Tell all who listen to a depot. Call it when the transaction is committed."""
    send = publish if settings.RELAY_URL else send_to_group
    send(group_of(depot_pk), news)


# --8<-- [start:group]
def group_of(depot_pk):
    return f"depot-{depot_pk}"


def send_to_group(group, news):
    """Tell all sockets of a group, from a sync view on any server."""
    async_to_sync(get_channel_layer().group_send)(group, {"type": "tell", "news": news})


# --8<-- [end:group]
