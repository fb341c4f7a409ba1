"""The examples in docstrings give what they say."""

import doctest
import pkgutil
from importlib import import_module

import pytest

import crossroads

MODULES = [
    module.name
    for module in pkgutil.walk_packages(crossroads.__path__, "crossroads.")
    if not module.name.endswith("__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_give_what_they_say(name: str) -> None:
    assert doctest.testmod(import_module(name)).failed == 0
