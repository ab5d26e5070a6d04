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
  path:
    description:
    - An absolute path of a directory on the workers' machine, below one of Pulp's ALLOWED_EXPORT_PATHS.
    type: str
  storage:
    description:
    - 'Instead: the name of a storage in the setting STORAGES, but for Pulp''s own.'
    type: str
  storage_class:
    description:
    - 'Instead: the class of an object storage, as domains have it.'
    type: str
    choices:
    - storages.backends.s3.S3Storage
    - storages.backends.azure_storage.AzureStorage
    - storages.backends.gcloud.GoogleCloudStorage
  storage_settings:
    description:
    - The settings of 'storage_class', as domains have them. Secrets (keys, tokens, connection
      strings) are not shown again.
    type: raw
  base_url:
    description:
    - 'Where the tree will be served: the URL above ''simple/''. Only links to provenance need
      it; without it they are relative.'
    type: str
"""
