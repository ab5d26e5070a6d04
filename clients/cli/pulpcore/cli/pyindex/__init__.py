"""`pulp pyindex …`: the command line of pulp-pyindex, a plugin of pulp-cli."""

from __future__ import annotations

from typing import Any

import click

__version__ = "0.1.0.dev0"


def mount(main: click.Group, **kwargs: Any) -> None:
    """Called by pulp-cli: put our commands below its own."""
    # Not before pulp-cli wants them: whoever asks for the version does not.
    from .main import pyindex

    main.add_command(pyindex)
