"""Settings of the plugin, with their defaults; described in docs/reference/settings.md."""

#: A sync with `mirror` that would remove more than this share of a repository's files fails,
#: unless the caller says that it is meant.
PYINDEX_MASS_REMOVAL_LIMIT = 0.3

#: Bytes of pages and small files each content process keeps in memory.
PYINDEX_CACHE_SIZE = 256 * 1024 * 1024

#: Seconds an upload waits for its repository before it is answered with 503.
PYINDEX_UPLOAD_TIMEOUT = 600

#: File with sigstore's trusted_root.json or a client trust configuration, by which attestations of
#: uploads are verified; "" = the public good instance, as the sigstore library brings it along.
PYINDEX_ATTESTATION_TRUST_ROOT = ""

#: Refusals that are listed of each domain; all of them are counted.
PYINDEX_REFUSALS_KEPT = 10_000
