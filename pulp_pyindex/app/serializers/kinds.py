"""Whether what a request names is of this plugin's kind: Pulp's own fields take any plugin's."""

from __future__ import annotations

from rest_framework import serializers

from pulpcore.plugin.models import MasterModel

from pulp_pyindex.app.models import PyindexPublication, PyindexRepository

_WANTED = frozenset(model.get_pulp_type() for model in (PyindexPublication, PyindexRepository))


def must_be_pyindex(named: MasterModel | None) -> None:
    """Raise ValidationError if `named` is another plugin's repository or publication."""
    if named is not None and named.pulp_type not in _WANTED:
        raise serializers.ValidationError(
            f"It is of type '{named.pulp_type}'; one of type 'pyindex.pyindex' is needed."
        )
