"""Linux's error numbers and the constants of socket(7), unix(7) and poll(2) that programs use."""

from .kernel.numbers import *  # noqa: F403
from .kernel.socket_numbers import *  # noqa: F403
