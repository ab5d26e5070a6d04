"""Sets Django up for the app's unit tests: Pulp's own settings, no settings file, no database."""

import base64
import os
import tempfile

import django

#: Lives as long as the tests: Pulp reads the key when it first encrypts something.
_key = tempfile.NamedTemporaryFile(prefix="pyindex-unittest-key-")  # noqa: SIM115
_key.write(base64.urlsafe_b64encode(b"k" * 32))
_key.flush()

os.environ.update(
    DJANGO_SETTINGS_MODULE="pulpcore.app.settings",
    PULP_SETTINGS=f"{_key.name}-no-such-file.py",
    PULP_SECRET_KEY="x" * 50,
    PULP_CONTENT_ORIGIN="http://index.example",
    PULP_DB_ENCRYPTION_KEY=_key.name,
)
django.setup()
