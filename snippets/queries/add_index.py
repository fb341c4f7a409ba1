# --8<-- [start:migration]
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    # Nobody waits while it is made: CREATE INDEX CONCURRENTLY, which allows no transaction.
    atomic = False

    dependencies = [("parcels", "0001_initial")]
    operations = [
        AddIndexConcurrently(
            "parcel",
            # First what is compared with =, then what it is ordered by. The same line
            # belongs into Meta.indexes of the model.
            models.Index(fields=["status", "-created"], name="parcel_by_status"),
        )
    ]


# --8<-- [end:migration]
