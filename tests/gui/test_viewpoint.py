import pytest

from restorer.engine.tiling import Box
from restorer.gui.viewpoint import MAX_ZOOM, Viewpoint

PHOTO = Box(0, 0, 4000, 3000)
VIEW = (1000.0, 800.0)


def fitted():
    point = Viewpoint()
    point.fit(PHOTO, VIEW)
    return point


def seen_at(point, x, y):
    """The picture's point that is `x`, `y` screen pixels from the view's middle."""
    return point.x + x / point.zoom, point.y + y / point.zoom


def test_fitting_shows_the_whole():
    point = fitted()
    assert point.zoom == 0.25
    assert point.visible(PHOTO, VIEW) == PHOTO


def test_small_pictures_are_not_blown_up():
    point = Viewpoint()
    point.fit(Box(0, 0, 100, 100), VIEW)
    assert point.zoom == 1


@pytest.mark.parametrize("anchor", [(0.0, 0.0), (200.0, -150.0)])
def test_zooming_keeps_the_point_under_the_pointer(anchor):
    point = fitted()
    before = seen_at(point, *anchor)
    point.zoom_to(1.0, PHOTO, VIEW, anchor)
    assert seen_at(point, *anchor) == pytest.approx(before)
    assert not point.fits


def test_zoom_has_limits():
    point = fitted()
    point.zoom_to(1e9, PHOTO, VIEW)
    assert point.zoom == MAX_ZOOM
    point.zoom_to(1e-9, PHOTO, VIEW)
    assert point.zoom == pytest.approx(0.125)


def test_the_middle_stays_in_the_picture():
    point = fitted()
    point.zoom_to(1.0, PHOTO, VIEW)
    point.pan(1e6, -1e6, PHOTO)
    assert (point.x, point.y) == (0, 3000)


def test_an_enlarged_result_is_seen_where_the_photo_was():
    point = fitted()
    point.zoom_to(1.0, PHOTO, VIEW, (100.0, 100.0))
    before = point.visible(PHOTO, VIEW)
    point.rescale(2)
    after = point.visible(PHOTO.scaled(2), VIEW)
    assert abs(after.left - 2 * before.left) <= 2
    assert abs(after.width - 2 * before.width) <= 2
