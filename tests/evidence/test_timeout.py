"""A carrier that hangs takes every thread of a server that waits for it without a time-out."""

import pytest


@pytest.mark.evidence("timeout")
def test_only_a_time_out_gives_the_threads_back(serve, carrier, record):
    hour = serve("gunicorn-gthread", THREADS=8, CARRIER_TIMEOUT_S=3600)
    short = serve("gunicorn-gthread", THREADS=8, CARRIER_TIMEOUT_S=0.5)
    patient = hour.ask_at_once(8, "/rates/one/")
    strict = short.ask_at_once(8, "/rates/one/")
    carrier.wait_for_all(16)  # all threads of both servers have asked it, and it hangs

    behind_patient = hour.ask("/health/")
    behind_strict = short.ask("/health/")
    # It hangs still, and with the time-out all is answered: the rates without its quote.
    assert strict.statuses() == {200: 8}
    assert behind_strict.statuses() == {200: 1}
    carrier.wait_for_hang_up(8)
    held = carrier.calls - carrier.hung_up
    assert patient.answered() == behind_patient.answered() == 0

    carrier.let_go()
    assert patient.statuses() == {200: 8}
    assert behind_patient.statuses() == {200: 1}
    assert held == 8
    record(threads=8, held=held)
