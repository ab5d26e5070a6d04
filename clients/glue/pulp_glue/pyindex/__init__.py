"""Talk to pulp-pyindex from Python."""

__version__ = "0.1.0.dev0"
