import torch

from restorer.training import replay
from restorer.training.replay import Replay


def numbered(first, count):
    """Patches whose one feature and level are their number."""
    numbers = torch.arange(first, first + count, dtype=torch.float32)
    return numbers[:, None], numbers


def test_new_patches_are_wanted_until_there_are_enough_and_then_now_and_again(monkeypatch):
    monkeypatch.setattr(replay, "LEAST", 10)
    seen = Replay()
    assert [seen.wants_more() for _ in range(5)] == [True] * 5
    seen.add(*numbered(0, 10))
    assert sum(seen.wants_more() for _ in range(80)) == 80 // replay.NEW_EVERY


def test_what_is_drawn_was_added_and_the_oldest_go(monkeypatch):
    monkeypatch.setattr(replay, "SIZE", 100)
    seen, generator = Replay(), torch.Generator().manual_seed(0)
    seen.add(*numbered(0, 60))
    features, levels = seen.draw(generator)
    assert features.shape == (replay.DRAWN, 1)
    assert torch.equal(features[:, 0], levels)
    assert 0 <= levels.min() <= levels.max() < 60
    seen.add(*numbered(60, 70))  # over the end of the ring
    drawn = torch.cat([seen.draw(generator)[1] for _ in range(20)])
    assert set(drawn.int().tolist()) == set(range(30, 130))
