"""The page and the real process, from the first paint to the last."""

import os
import signal

import numpy as np
import pytest
from PySide6.QtCore import Qt

from restorer.gui.digits.bridge import DigitBridge
from restorer.gui.digits.page import DigitsPage
from restorer.worker.digits import DigitClient

PATIENCE_MS = 60_000  # only a failing test waits that long


@pytest.fixture
def bridge(qapp, known_weights):
    made = DigitBridge(lambda on_event: DigitClient(on_event, weights=known_weights))
    yield made
    made.client.close()


def test_a_click_draws_through_the_process_even_after_it_was_killed(
    bridge, qtbot, known_weights, tmp_path
):
    page = DigitsPage(bridge, known_weights, tmp_path)
    qtbot.addWidget(page)
    assert bridge.client.process_id is None
    page.resize(1000, 700)
    page.show()
    qtbot.waitUntil(lambda: page.state.chart is not None, timeout=PATIENCE_MS)

    def click():
        place = page.view.position_of((1, 1)).toPoint()
        with qtbot.waitSignal(page.state.drawn, timeout=PATIENCE_MS):
            qtbot.mouseClick(page.view, Qt.MouseButton.LeftButton, pos=place)
        qtbot.waitUntil(lambda: page.state.digit_point == pytest.approx(page.state.point))
        return page.panel.picture.digit

    before = click()
    os.kill(bridge.client.process_id, signal.SIGTERM)
    assert np.array_equal(click(), before)
