"""The sizes and the owner that Twins gives the kernel go no further than these tests."""

import pytest

import afunix
from afunix.kernel import kernel


@pytest.fixture(autouse=True, scope="module")
def _as_it_was():
    settings, owner = dict(kernel.settings), kernel.owner
    yield
    afunix.configure(**settings)
    kernel.owner = owner


@pytest.fixture
def t():
    """Linux's sockets and afunix at once; see twins.py."""
    from twins import Twins

    with Twins() as twins:
        yield twins
