"""What a request names by its address."""

from __future__ import annotations

from typing import Any

from rest_framework.serializers import ValidationError

from pulpcore.plugin.viewsets import NamedModelViewSet


def resource(named: str, field: str) -> Any:
    """The object that an href or PRN stands for. Raises ValidationError, of `field`, for others."""
    try:
        return NamedModelViewSet.get_resource(named)
    except ValidationError as error:
        raise ValidationError({field: error.detail}) from error
    except (AttributeError, ValueError) as error:
        # An address of something that is no object (`/pulp/api/v3/status/`), or not even that.
        raise ValidationError({field: [f"{named!r} is not the address of an object."]}) from error
