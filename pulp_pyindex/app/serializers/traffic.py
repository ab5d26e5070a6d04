"""What REST says of what content apps have counted."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

_COUNTED = "How often."
_FIRST = "When it was first counted."
_LAST = "When it was last counted, but for a few seconds."


class PyindexAnswerCountSerializer(serializers.Serializer[Any]):
    """How often an index gave one kind of answer."""

    kind = serializers.CharField(
        help_text="What was asked for: `page`, `list` (of projects), `file`, `metadata`, `upload`, "
        "or `other`."
    )
    cache = serializers.CharField(
        help_text="How what passes through was come by: `fresh`, `miss`, `revalidated`, `stale`, "
        "`stale_error`, `offline`, `negative`; of files `hit` or `fetched`. Empty where nothing "
        "passes through."
    )
    status = serializers.IntegerField(help_text="The HTTP status.")
    count = serializers.IntegerField(help_text=_COUNTED)
    first_at = serializers.DateTimeField(help_text=_FIRST)
    last_at = serializers.DateTimeField(help_text=_LAST)


class PyindexUpstreamCountSerializer(serializers.Serializer[Any]):
    """How often an upstream gave one kind of answer."""

    kind = serializers.CharField(
        help_text="What it was asked for: `page`, `list`, `file` or `metadata`."
    )
    outcome = serializers.CharField(
        help_text="What came of it: `ok`, `unchanged`, `missing`, `wrong` (not the promised file), "
        "or a failure: `timeout`, `unreachable`, `forbidden`, `refused`, `too_large`, `invalid`."
    )
    count = serializers.IntegerField(help_text=_COUNTED)
    seconds = serializers.FloatField(help_text="Seconds that all of them took together.")
    first_at = serializers.DateTimeField(help_text=_FIRST)
    last_at = serializers.DateTimeField(help_text=_LAST)


class PyindexRefusedCountSerializer(serializers.Serializer[Any]):
    """How often a rule spoke at an index."""

    action = serializers.CharField(help_text="As in the list of refusals.")
    ruleset = serializers.CharField(help_text="Name of the ruleset.")
    rule = serializers.CharField(help_text="Name of the rule.")
    count = serializers.IntegerField(help_text=_COUNTED)
    first_at = serializers.DateTimeField(help_text=_FIRST)
    last_at = serializers.DateTimeField(help_text=_LAST)


class PyindexTrafficSerializer(serializers.Serializer[dict[str, Any]]):
    """What was counted at an index since it was made."""

    answers = PyindexAnswerCountSerializer(many=True, help_text="Answers to clients.")
    upstream = PyindexUpstreamCountSerializer(
        many=True,
        help_text="Questions to the upstream of its remote, for whichever index they were asked.",
    )
    refusals = PyindexRefusedCountSerializer(
        many=True, help_text="Times that a rule or a quarantine spoke to a client."
    )
