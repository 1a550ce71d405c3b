import signal

import pytest


@pytest.fixture
def heeding_interrupts():
    """SIGINT interrupts, also where a shell has started pytest in its background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
