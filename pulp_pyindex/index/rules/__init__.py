"""Rules: which files of an index are shown and handed out, and why not the others."""

from .deciding import BROKEN, Decision, Verdict, Verdicts, decide
from .facts import FileFacts, Known, ProjectFacts, Told, facts_of
from .reading import read_ruleset, read_stored_ruleset
from .ruleset import Action, Needs, Ruleset

__all__ = [
    "BROKEN",
    "Action",
    "Decision",
    "FileFacts",
    "Known",
    "Needs",
    "ProjectFacts",
    "Ruleset",
    "Told",
    "Verdict",
    "Verdicts",
    "decide",
    "facts_of",
    "read_ruleset",
    "read_stored_ruleset",
]
