"""Indexes that are made of several: bases behind them, a remote, rules over all of it."""

from .deciding import Merging, Verdict
from .paths import MergedPaths

__all__ = ["MergedPaths", "Merging", "Verdict"]
