import signal

import pytest


@pytest.fixture
def heeding_interrupts():
    """A child heeds SIGINT as if a terminal had started it, even where pytest was told not to.

    A shell's background ignores it, and what is ignored stays so in children.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
