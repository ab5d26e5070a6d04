# SPDX-License-Identifier: GPL-2.0-or-later
"""Options that modules share. Made by `make clients`."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
---
options:
  name:
    description:
    - The name it is known by.
    type: str
    required: true
  state:
    description:
    - Whether it should be there.
    type: str
    choices:
    - present
    - absent
    default: present
  url:
    description:
    - URL of the upstream's simple index. It is used as it is given, with or without a slash at
      its end; no path is appended. http or https only.
    type: str
  pulp_labels:
    description:
    - 'Labels: texts by key, yours to choose.'
    type: dict
  policy:
    description:
    - 'When files are downloaded. ''on_demand'' (the default): when a client first asks for one,
      and it is kept. ''streamed'': whenever a client asks, and it is not kept. ''immediate'':
      all of them, while syncing.'
    type: str
    choices:
    - immediate
    - on_demand
    - streamed
  ca_cert:
    description:
    - A PEM encoded CA certificate used to validate the server certificate presented by the remote
      server.
    type: str
  client_cert:
    description:
    - A PEM encoded client certificate used for authentication.
    type: str
  client_key:
    description:
    - A PEM encoded private key used for authentication.
    type: str
  tls_validation:
    description:
    - If True, TLS peer validation must be performed.
    type: bool
  proxy_url:
    description:
    - 'The proxy URL. Format: scheme://host:port.'
    type: str
  proxy_username:
    description:
    - The username to authenticte to the proxy.
    type: str
  proxy_password:
    description:
    - The password to authenticate to the proxy. Extra leading and trailing whitespace characters
      are not trimmed.
    type: str
  username:
    description:
    - The username to be used for authentication when syncing.
    type: str
  password:
    description:
    - The password to be used for authentication when syncing. Extra leading and trailing whitespace
      characters are not trimmed.
    type: str
  max_retries:
    description:
    - How often a request is repeated that failed for a reason that may pass. Null (the default)
      means 3 times, and once where a client waits.
    type: int
  total_timeout:
    description:
    - aiohttp.ClientTimeout.total (q.v.) for download-connections. The default is null, which
      will cause the default from the aiohttp library to be used.
    type: float
  connect_timeout:
    description:
    - aiohttp.ClientTimeout.connect (q.v.) for download-connections. The default is null, which
      will cause the default from the aiohttp library to be used.
    type: float
  sock_connect_timeout:
    description:
    - aiohttp.ClientTimeout.sock_connect (q.v.) for download-connections. The default is null,
      which will cause the default from the aiohttp library to be used.
    type: float
  sock_read_timeout:
    description:
    - aiohttp.ClientTimeout.sock_read (q.v.) for download-connections. The default is null, which
      will cause the default from the aiohttp library to be used.
    type: float
  headers:
    description:
    - Headers for aiohttp.Clientsession.
    type: list
    elements: dict
  download_concurrency:
    description:
    - How many requests are under way at once. Null (the default) means 16.
    type: int
  rate_limit:
    description:
    - How many requests may begin in a second, all together. Null (the default) and 0 mean no
      limit.
    type: int
  includes:
    description:
    - 'Projects to mirror: names, with a version range if need be, or globs, such as ''shelf-reader'',
      ''django>=4.2,<5'' or ''acme-*''. Empty (the default) means every project.'
    type: list
    elements: str
  excludes:
    description:
    - Projects, or releases of projects, not to mirror although 'includes' names them; written
      like 'includes'.
    type: list
    elements: str
  prereleases:
    description:
    - 'Whether to mirror pre-releases and development releases (default: true).'
    type: bool
  package_types:
    description:
    - Kinds of files to mirror. Empty (the default) means all kinds.
    type: list
    elements: str
    choices:
    - bdist_dmg
    - bdist_dumb
    - bdist_egg
    - bdist_msi
    - bdist_rpm
    - bdist_wheel
    - bdist_wininst
    - sdist
  python_tags:
    description:
    - Mirror only wheels that can be installed on one of these, such as 'cp312' or 'py3'. Empty
      (the default) means all. Files other than wheels are not affected.
    type: list
    elements: str
  platform_tags:
    description:
    - Mirror only wheels that can be installed on one of these platforms, such as 'manylinux_2_28_x86_64';
      wheels for any platform always can. Empty (the default) means all. Files other than wheels
      are not affected.
    type: list
    elements: str
  keep_latest:
    description:
    - How many releases to mirror of each project, the newest by version. Null (the default) means
      all.
    type: int
  exclude_yanked:
    description:
    - 'Whether to leave out files that upstream has yanked (default: false).'
    type: bool
  max_file_size:
    description:
    - Leave out files larger than this many bytes. Null (the default) means no limit.
    type: int
  uploaded_before:
    description:
    - Mirror only files that were uploaded to upstream before this time.
    type: str
  uploaded_after:
    description:
    - Mirror only files that were uploaded to upstream after this time.
    type: str
  provenance:
    description:
    - 'Whether to mirror the provenance of files (PEP 740) too (default: false).'
    type: bool
  ruleset:
    description:
    - 'Files that this ruleset denies are not taken; null: all are.'
    - By name, href or PRN.
    type: str
  page_ttl:
    description:
    - Seconds for which a page that passes through an index is taken for fresh. Null (the default)
      means as long as upstream says, 10 minutes where it does not.
    type: int
  negative_ttl:
    description:
    - 'Seconds for which it is remembered that upstream does not have a project (default: 60).'
    type: int
  clear:
    description:
    - Fields to take back to nothing.
    type: list
    elements: str
    choices:
    - ca_cert
    - client_cert
    - client_key
    - proxy_url
    - proxy_username
    - proxy_password
    - username
    - password
    - max_retries
    - total_timeout
    - connect_timeout
    - sock_connect_timeout
    - sock_read_timeout
    - download_concurrency
    - rate_limit
    - keep_latest
    - max_file_size
    - uploaded_before
    - uploaded_after
    - ruleset
    - page_ttl
    default: []
  update_secrets:
    description:
    - Whether to send secrets again.
    - Pulp never shows them, so they cannot be compared.
    - Without this they are only sent where there are none yet.
    type: bool
    default: false
"""
