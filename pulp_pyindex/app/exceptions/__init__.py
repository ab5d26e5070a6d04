"""What a task or view of the plugin can fail with, as Pulp shows it to users.

PulpException
├── UpstreamError              an upstream did not give what was asked of it
│   ├── UpstreamMissing        404, 410
│   ├── UpstreamForbidden      401, 403, 407
│   ├── UpstreamFaulty         5xx, 429, timeouts, broken connections, after all retries
│   ├── UpstreamTooLarge       more bytes than are taken
│   └── UpstreamRefused        any other answer, and URLs that are never asked
├── NotAnIndex                 the remote's URL answers with something else
├── NothingFound               the upstream has none of what is wanted
├── AllProjectsFailed          no project could be read
├── MassRemoval                a mirror would lose more of its files than it may unasked
├── FileMismatch               bytes that are not the promised ones
├── NotHeld                    an edit of what the repository's latest version does not hold
├── Gone                       what a task was to work on, deleted before its turn came
├── CommitFailed               uploads that could not be made a version of
├── UploadRefused              a file that came by REST and is not taken
├── ReliedUpon                 what an index answers from, and others would step in for
├── FilesElsewhere             an export of files that are at their upstream only
├── AdvisoriesRefused          a database of advisories that could not be loaded
├── GatesClosed                a promotion of what the repository's gates do not let in
└── TreeFailed                 a tree outside of Pulp that could not be read or written

Each keeps its values, says what happened to which URL or file, and what to do next. The codes are
described in docs/reference/errors.md and never change their meaning.
"""

from .exports import FilesElsewhere, TreeFailed
from .refusing import refusal
from .syncs import AllProjectsFailed, MassRemoval, NothingFound
from .upstreams import (
    NotAnIndex,
    UpstreamError,
    UpstreamFaulty,
    UpstreamForbidden,
    UpstreamMissing,
    UpstreamRefused,
    UpstreamTooLarge,
)
from .writing import (
    AdvisoriesRefused,
    CommitFailed,
    FileMismatch,
    GatesClosed,
    Gone,
    NotHeld,
    ReliedUpon,
    UploadRefused,
)

__all__ = [
    "AdvisoriesRefused",
    "AllProjectsFailed",
    "CommitFailed",
    "FileMismatch",
    "FilesElsewhere",
    "GatesClosed",
    "Gone",
    "MassRemoval",
    "NotAnIndex",
    "NotHeld",
    "NothingFound",
    "ReliedUpon",
    "TreeFailed",
    "UploadRefused",
    "UpstreamError",
    "UpstreamFaulty",
    "UpstreamForbidden",
    "UpstreamMissing",
    "UpstreamRefused",
    "UpstreamTooLarge",
    "refusal",
]
