"""Writes the OpenAPI schema and fails on any warning about it: `schema.py SETTINGS TARGET`."""

import os
import sys
from pathlib import Path

import django

OURS = str(Path("pulp_pyindex").absolute())
# What our classes inherit from pulpcore: methods without type hints, filters without a field.
INHERITED = (
    "get_content_guard_prn",
    "get_no_content_change_since",
    '"pulp_label_select"',
    '"with_content"',
)


def main(settings: Path, target: Path) -> int:
    """0 if the schema could be written, is valid, and nothing of ours was unclear."""
    os.environ["PULP_SETTINGS"] = str(settings.absolute())
    os.environ["DJANGO_SETTINGS_MODULE"] = "pulpcore.app.settings"
    django.setup()

    from django.core.management import call_command
    from drf_spectacular.drainage import GENERATOR_STATS
    from drf_spectacular.settings import spectacular_settings

    spectacular_settings.apply_patches({"DISABLE_ERRORS_AND_WARNINGS": False})
    with GENERATOR_STATS.silence():
        # With primary keys: hrefs in place of paths, as Pulp's bindings have them, are not valid.
        call_command("openapi", component="pyindex", file=str(target), validate=True, pk_path=True)
    said = [*GENERATOR_STATS._error_cache, *GENERATOR_STATS._warn_cache]
    wrong = [text for text in said if text.startswith(OURS) and not _inherited(text)]
    print("\n".join(wrong), end="\n" if wrong else "", file=sys.stderr)
    return 1 if wrong else 0


def _inherited(text: str) -> bool:
    return any(name in text for name in INHERITED)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
