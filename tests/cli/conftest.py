import signal

import pytest


@pytest.fixture
def heeding_interrupts():
    """A child heeds signals as if a terminal had started it, even where pytest was told not to.

    A shell's background ignores SIGINT, nohup SIGHUP, and what is ignored stays so in children.
    """
    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, signal.default_int_handler),
        signal.SIGHUP: signal.signal(signal.SIGHUP, signal.SIG_DFL),
    }
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
