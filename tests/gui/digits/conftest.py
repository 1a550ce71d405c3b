"""The page on a digits' process that runs in this one, when the test says so."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from restorer.engine import digitmap
from restorer.gui.digits.bridge import DigitBridge
from restorer.gui.digits.page import DigitsPage
from restorer.worker.digits import DigitServer, Newest


class SyncDigits:
    """The real server with tiny models; requests wait for `work`, of each kind the newest."""

    def __init__(self, on_event, weights):
        self._on_event = on_event
        self._server = DigitServer(weights)
        self._numbers = itertools.count(1)
        self._waiting = Newest()
        self.asked = []
        self.answered = []

    def ask(self, request):
        request = replace(request, job=next(self._numbers))
        self.asked.append(request)
        self._waiting.put(request)
        return request.job

    def step(self):
        """Answers the most urgent request; whether there was one."""
        request = self._waiting.take()
        if request is not None:
            self.answered.append(request)
            self._on_event(self._server.answer(request))
        return request is not None

    def work(self):
        while self.step():
            pass

    def close(self):
        pass


@pytest.fixture(scope="session")
def known_weights(tiny_digit_weights, tmp_path_factory):
    """The tiny models with codes of 400 digits beside them: ten heaps on a ring."""
    folder = tmp_path_factory.mktemp("known_weights")
    for file in tiny_digit_weights.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    names = ["vae", "vae-dense", "cvae", "autoencoder"]
    labels = (np.arange(400) % 10).astype(np.uint8)
    angle = labels / 10 * 2 * np.pi
    middles = 1.5 * np.stack((np.cos(angle), np.sin(angle)), axis=1)
    codes = (middles + 0.2 * digitmap.random_codes(400, 0)).astype(np.float32)
    hashes = {name: digitmap.weights_hash(folder, name) for name in names}
    digitmap.save_known(folder, dict.fromkeys(names, codes), hashes, labels)
    return folder


@pytest.fixture
def make_page(qtbot, tmp_path):
    def make(weights):
        bridge = DigitBridge(lambda on_event: SyncDigits(on_event, weights))
        page = DigitsPage(bridge, weights, tmp_path / "cache")
        page.client = bridge.client
        page.bridge = bridge
        qtbot.addWidget(page)
        page.resize(1280, 760)
        page.show()
        qtbot.waitExposed(page)
        bridge.client.work()
        page.grab()
        bridge.client.work()
        return page

    return make


@pytest.fixture
def page(make_page, known_weights):
    return make_page(known_weights)


@pytest.fixture
def client(page):
    return page.client
