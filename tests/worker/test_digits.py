"""The digits' client against children that do as they are told, and against the real one."""

import os
import queue
import signal
import time

import numpy as np
import pytest

from restorer.engine import digitmap
from restorer.engine.digitmap import KnownDigits
from restorer.engine.digits import DigitPress
from restorer.worker.digit_protocol import (
    ChartMap,
    DigitLocated,
    DigitsDrawn,
    DigitsFailed,
    DrawDigits,
    LocateDigit,
    MapCharted,
    Slot,
)
from restorer.worker.digits import DigitClient, DigitServer, Newest

PATIENCE_S = 60  # only a failing test waits that long


def at(x, slot=Slot.POINT):
    return DrawDigits("vae", np.array([[x, 0]], np.float32), None, slot)


@pytest.fixture
def heard():
    return queue.Queue()


@pytest.fixture
def start(heard, tiny_digit_weights):
    clients = []

    def begin(**options):
        clients.append(DigitClient(heard.put, **({"weights": tiny_digit_weights} | options)))
        return clients[-1]

    yield begin
    for client in clients:
        client.close()


def waits_for_a_file(connection, folder):
    """Answers with nothing drawn, and only while the file `go` is there."""
    while True:
        request = connection.recv()
        (folder / "begun").touch()
        while not (folder / "go").exists():
            time.sleep(0.01)
        connection.send(DigitsDrawn(request, np.zeros((1, 28, 28), np.uint8)))


def dies(connection, folder):
    connection.recv()
    os._exit(1)


def test_of_each_kind_only_the_newest_waits_and_the_point_goes_first():
    waiting = Newest()
    for request in (at(1, Slot.TILES), at(1), at(2), at(3, Slot.TILES), at(4)):
        waiting.put(request)
    taken = [waiting.take(), waiting.take(), waiting.take()]
    assert [(r.slot, float(r.codes[0, 0])) for r in taken[:2]] == [
        (Slot.POINT, 4),
        (Slot.TILES, 3),
    ]
    assert taken[2] is None


def test_while_one_is_drawn_all_points_but_the_newest_are_forgotten(start, heard, tmp_path):
    client = start(serve=waits_for_a_file, weights=tmp_path)
    client.ask(at(0))
    deadline = time.monotonic() + PATIENCE_S
    while not (tmp_path / "begun").exists():
        assert time.monotonic() < deadline
    for x in range(1, 200):
        client.ask(at(x))
    (tmp_path / "go").touch()
    drawn = [heard.get(timeout=PATIENCE_S) for _ in range(2)]
    assert [float(event.request.codes[0, 0]) for event in drawn] == [0, 199]
    assert heard.empty()


def test_the_process_starts_with_the_first_request(start):
    assert start().process_id is None


def test_the_real_process_charts_draws_and_locates(start, heard, tiny_digit_weights):
    client = start()
    codes = digitmap.random_codes(5, 3)
    job = client.ask(DrawDigits("cvae", codes, (0, 1, 2, 3, 4), Slot.SHEET))
    event = heard.get(timeout=PATIENCE_S)
    assert isinstance(event, DigitsDrawn)
    assert event.request.job == job
    expected = DigitPress.open(tiny_digit_weights, "cvae").draw(codes, [0, 1, 2, 3, 4])
    assert np.abs(event.digits.astype(int) - expected).max() <= 1
    client.ask(ChartMap("vae"))
    event = heard.get(timeout=PATIENCE_S)
    assert isinstance(event, MapCharted)
    assert event.chart.known is None
    client.ask(LocateDigit("vae", np.zeros((28, 28), np.float32), None))
    event = heard.get(timeout=PATIENCE_S)
    assert isinstance(event, DigitLocated)
    assert event.reconstruction.shape == (28, 28)
    client.ask(DrawDigits("vae", codes, (0,), Slot.SHEET))
    event = heard.get(timeout=PATIENCE_S)
    assert isinstance(event, DigitsFailed)


def test_a_killed_process_is_replaced_and_nobody_notices(start, heard):
    client = start()
    client.ask(at(1))
    before = heard.get(timeout=PATIENCE_S).digits
    first = client.process_id
    os.kill(first, signal.SIGTERM)
    client.ask(at(1))
    event = heard.get(timeout=PATIENCE_S)
    assert isinstance(event, DigitsDrawn)
    assert np.array_equal(event.digits, before)
    assert client.process_id != first


def test_a_request_that_ends_every_process_is_given_up(start, heard, tmp_path):
    client = start(serve=dies, weights=tmp_path)
    client.ask(at(1))
    event = heard.get(timeout=PATIENCE_S)
    assert isinstance(event, DigitsFailed)
    assert "Try again" in event.message


def test_closing_ends_the_process(start, heard):
    client = start()
    client.ask(at(0))
    heard.get(timeout=PATIENCE_S)
    process = client._process
    client.close()
    assert not process.is_alive()
    client.ask(at(1))
    assert heard.empty()


def folder_of(tmp_path, tiny_digit_weights, spread):
    for file in tiny_digit_weights.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    codes = spread * digitmap.random_codes(600, 1)
    labels = (np.arange(600) % 10).astype(np.uint8)
    sha256 = digitmap.weights_hash(tmp_path, "autoencoder")
    digitmap.save_known(tmp_path, {"autoencoder": codes}, {"autoencoder": sha256}, labels)
    return KnownDigits.of(codes, labels)


def test_a_chart_says_the_same_of_a_point_as_the_digits_do(tmp_path, tiny_digit_weights):
    known = folder_of(tmp_path, tiny_digit_weights, 0.6)
    chart = DigitServer(tmp_path).answer(ChartMap("autoencoder")).chart
    assert chart.half_width == digitmap.HALF_WIDTH
    points = 2 * digitmap.random_codes(400, 2)
    alike = [chart.is_guess(tuple(p.tolist())) == bool(known.is_guess(p)) for p in points]
    assert np.mean(alike) > 0.95  # but for the pixels along the edge
    assert chart.is_guess((99, 0))


def test_a_map_that_spreads_wide_is_charted_as_a_whole(tmp_path, tiny_digit_weights):
    folder_of(tmp_path, tiny_digit_weights, 12)
    chart = DigitServer(tmp_path).answer(ChartMap("autoencoder")).chart
    assert 25 < chart.half_width < 60
    assert not chart.is_guess((0, 0))
    assert chart.is_guess((chart.half_width, chart.half_width))
