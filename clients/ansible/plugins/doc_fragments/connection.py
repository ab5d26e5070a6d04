# SPDX-License-Identifier: GPL-2.0-or-later
"""How every module finds its Pulp."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
---
options:
  pulp_url:
    description:
      - Scheme, host and port of Pulp's REST API.
      - The environment variable E(PULP_URL) is taken where this is not set.
    type: str
    required: true
  pulp_username:
    description:
      - Who to log in as.
      - The environment variable E(PULP_USERNAME) is taken where this is not set.
    type: str
  pulp_password:
    description:
      - The password that belongs to O(pulp_username).
      - The environment variable E(PULP_PASSWORD) is taken where this is not set.
    type: str
  pulp_cert:
    description: A client certificate to log in with.
    type: path
  pulp_key:
    description: The key of O(pulp_cert), unless that file holds it.
    type: path
  pulp_api_root:
    description: Where the API begins on that host.
    type: str
    default: /pulp/
  pulp_domain:
    description:
      - The domain to work in.
      - The environment variable E(PULP_DOMAIN) is taken where this is not set.
    type: str
    default: default
  pulp_validate_certs:
    description: Whether Pulp must have a certificate that can be verified.
    type: bool
    default: true
  pulp_ca_bundle:
    description: Certificates of authorities to verify Pulp's with, in place of the machine's.
    type: path
  pulp_refresh_api_cache:
    description:
      - Whether to ask Pulp anew what its API has.
      - The answer is kept in the user's cache folder; ask once after Pulp was upgraded.
    type: bool
    default: false
  pulp_timeout:
    description: Seconds to wait for a task of Pulp. The task goes on after that.
    type: int
    default: 3600
requirements:
  - pulp-glue-pyindex
"""
