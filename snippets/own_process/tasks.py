"""Nobody waits: a job on a queue of its own, whose only worker holds the only copy."""

# --8<-- [start:task]
from django.tasks import task
from own_process.distances import nearest


@task(queue_name="heavy")
def plan_round(place):
    return nearest(place, 10)


# --8<-- [end:task]
