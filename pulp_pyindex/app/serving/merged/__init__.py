"""Indexes that are made of several: bases behind them, a remote, rules over all of it."""

from .deciding import Merging
from .documents import MergedDocuments, MergedProvenances
from .explaining import explain
from .files import MergedFiles
from .own import Own
from .pages import MergedPages
from .verdicts import Verdict

__all__ = [
    "MergedDocuments",
    "MergedFiles",
    "MergedPages",
    "MergedProvenances",
    "Merging",
    "Own",
    "Verdict",
    "explain",
]
