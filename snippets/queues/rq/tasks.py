"""The jobs of the desk: labels/tasks.py in your project."""

# --8<-- [start:task]
from django_rq import job
from labels import printing
from rq import Retry


# Tried again three times, after so many seconds each. Then it is among the failed.
@job("default", retry=Retry(max=3, interval=[10, 60, 600]))
def print_label(number):
    return printing.print_label(number)


# --8<-- [end:task]
