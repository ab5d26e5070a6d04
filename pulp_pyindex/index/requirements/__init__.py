"""Whether what files require is there, on given Pythons and platforms."""

from .checking import Missing, Requiring, missing
from .environments import PLATFORMS, Environment, InvalidEnvironment, read_environments
from .offered import Offered

__all__ = [
    "PLATFORMS",
    "Environment",
    "InvalidEnvironment",
    "Missing",
    "Offered",
    "Requiring",
    "missing",
    "read_environments",
]
