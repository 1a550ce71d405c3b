import doctest
import importlib
import pkgutil

import pytest

import restorer

MODULES = [
    module.name
    for module in pkgutil.walk_packages(restorer.__path__, "restorer.")
    if not module.name.endswith("__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
