"""What REST says of upstreams that are passed through, and of what is kept of them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from pulpcore.plugin.models import Remote
from pulpcore.plugin.serializers import DetailRelatedField

from pulp_pyindex.app.models import PyindexRemote

from .orders import OrderSerializer
from .spellings import project_names

_MOST = 2**63 - 1

#: The fields of a distribution that are declared here.
PASSING_FIELDS = ("remote", "offline", "max_cache_size", "max_age_unused")


class PassingFields(serializers.Serializer[Any]):
    """The fields of a distribution that has a remote."""

    remote = DetailRelatedField(
        required=False,
        allow_null=True,
        view_name_pattern=r"remotes(-.*/.*)?-detail",
        queryset=Remote.objects.all(),
        help_text="Pass through what this remote has, on first request, and keep it. With a "
        "`repository` beside it the files that passed become versions of that.",
    )
    offline = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Whether to leave the remote alone and to serve only what is known of it "
        "(default: false).",
    )
    max_cache_size = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=_MOST,
        help_text="Bytes of files to keep of the remote; beyond that those give way that went "
        "unused for longest. Null (the default) means no limit.",
    )
    max_age_unused = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        max_value=_MOST,
        help_text="Seconds after which a file of the remote gives way that nobody used. "
        "Null (the default) means never.",
    )

    def validate_remote(self, remote: Remote | None) -> Remote | None:
        """Only this plugin's remotes: Pulp's own field takes any."""
        if remote is not None and remote.pulp_type != PyindexRemote.get_pulp_type():
            raise serializers.ValidationError(
                f"It is of type '{remote.pulp_type}'; one of type 'pyindex.pyindex' is needed."
            )
        return remote


class PyindexInvalidateSpecSerializer(OrderSerializer):
    """Pages to ask upstream for again."""

    projects = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        default=list,
        help_text="Projects whose pages upstream is asked for before they are served again. "
        "Empty (the default) means every page, and the list of projects.",
    )

    def validate_projects(self, names: list[str]) -> list[str]:
        return project_names(names)


class PyindexInvalidatedSerializer(serializers.Serializer[dict[str, Any]]):
    """What was invalidated."""

    pages = serializers.IntegerField(help_text="How many pages upstream is asked for again.")


class PyindexEvictSpecSerializer(OrderSerializer):
    """Which files of a cache are to give way."""

    dry_run = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Only tell what would give way (default: false).",
    )
    max_cache_size = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=0,
        max_value=_MOST,
        help_text="Bytes to keep, for this once. Without it and `max_age_unused` the "
        "distribution's own limits are taken.",
    )
    max_age_unused = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=1,
        max_value=_MOST,
        help_text="Seconds a file may have gone unused, for this once.",
    )


class PyindexVictimSerializer(serializers.Serializer[dict[str, Any]]):
    """A file that would give way."""

    filename = serializers.CharField(help_text="Its name.")
    size = serializers.IntegerField(help_text="Its bytes.")
    used_at = serializers.DateTimeField(help_text="When it was last used.")


class PyindexEvictedSerializer(serializers.Serializer[dict[str, Any]]):
    """What would give way."""

    files = serializers.IntegerField(help_text="How many files.")
    bytes = serializers.IntegerField(help_text="How many bytes they have.")
    first = PyindexVictimSerializer(
        many=True, help_text="The first hundred of them, the longest unused first."
    )


class PyindexCacheSerializer(serializers.Serializer[dict[str, Any]]):
    """What an index keeps of its remote."""

    files = serializers.IntegerField(help_text="Files that are kept.")
    bytes = serializers.IntegerField(help_text="Bytes they have.")
    pages = serializers.IntegerField(help_text="Projects of which a page is known.")
    missing = serializers.IntegerField(help_text="Projects that upstream is known not to have.")
    stale = serializers.IntegerField(
        help_text="Pages that upstream is asked for when they are next wanted."
    )
    failing = serializers.IntegerField(
        help_text="Pages that upstream could not be asked for the last time; what was known of "
        "them is served."
    )
    failing_since = serializers.DateTimeField(
        allow_null=True, help_text="Since when; null where there are none."
    )
    failure = serializers.CharField(
        allow_blank=True, help_text="What happened the last time; empty where nothing did."
    )
