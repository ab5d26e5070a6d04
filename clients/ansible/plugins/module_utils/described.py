# SPDX-License-Identifier: GPL-2.0-or-later
"""What REST takes, resource by resource. Made by `make clients`."""

from __future__ import annotations

from typing import Any

ARGUMENTS: dict[str, Any] = {
    "file": {
        "file": {"type": "path"},
        "upload": {"type": "str"},
        "file_url": {"type": "str", "no_log": False},
        "artifact": {"type": "str"},
        "filename": {"type": "str", "no_log": False},
        "attestations": {"type": "str", "no_log": False},
        "repository": {"type": "str"},
        "more_follow": {"type": "bool"},
    },
    "distribution": {
        "base_path": {"type": "str", "no_log": False},
        "content_guard": {"type": "str"},
        "hidden": {"type": "bool"},
        "pulp_labels": {"type": "dict"},
        "repository": {"type": "str"},
        "repository_version": {"type": "str"},
        "publication": {"type": "str"},
        "remote": {"type": "str"},
        "offline": {"type": "bool"},
        "max_cache_size": {"type": "int"},
        "max_age_unused": {"type": "int"},
        "bases": {"type": "list", "elements": "str"},
        "merge": {"type": "list", "elements": "str", "no_log": False},
        "reserved_prefixes": {"type": "list", "elements": "str", "no_log": False},
        "upload_projects": {"type": "list", "elements": "str", "no_log": False},
        "lends": {"type": "bool"},
        "allow_uploads": {"type": "bool"},
        "require_token": {"type": "bool"},
        "ruleset": {"type": "str"},
        "serve_history": {"type": "bool"},
        "checkpoint": {"type": "bool"},
    },
    "exporter": {
        "path": {"type": "str", "no_log": False},
        "storage": {"type": "str", "no_log": False},
        "storage_class": {
            "type": "str",
            "choices": [
                "storages.backends.s3.S3Storage",
                "storages.backends.azure_storage.AzureStorage",
                "storages.backends.gcloud.GoogleCloudStorage",
            ],
        },
        "storage_settings": {"type": "raw"},
        "base_url": {"type": "str", "no_log": False},
    },
    "publication": {
        "repository_version": {"type": "str"},
        "repository": {"type": "str"},
        "checkpoint": {"type": "bool"},
    },
    "quarantine": {
        "distribution": {"type": "str"},
        "project": {"type": "str", "no_log": False},
        "release": {"type": "str", "no_log": False},
        "filename": {"type": "str", "no_log": False},
        "reason": {"type": "str", "no_log": False},
    },
    "ruleset": {"description": {"type": "str", "no_log": False}, "rules": {"type": "raw"}},
    "token": {
        "scopes": {"type": "list", "elements": "str", "choices": ["read", "upload"]},
        "distributions": {"type": "list", "elements": "str"},
        "projects": {"type": "list", "elements": "str", "no_log": False},
        "expires_at": {"type": "str"},
    },
    "remote": {
        "url": {"type": "str", "no_log": False},
        "pulp_labels": {"type": "dict"},
        "policy": {"type": "str", "choices": ["immediate", "on_demand", "streamed"]},
        "ca_cert": {"type": "str", "no_log": False},
        "client_cert": {"type": "str", "no_log": False},
        "client_key": {"type": "str", "no_log": True},
        "tls_validation": {"type": "bool"},
        "proxy_url": {"type": "str", "no_log": False},
        "proxy_username": {"type": "str", "no_log": True},
        "proxy_password": {"type": "str", "no_log": True},
        "username": {"type": "str", "no_log": True},
        "password": {"type": "str", "no_log": True},
        "max_retries": {"type": "int"},
        "total_timeout": {"type": "float"},
        "connect_timeout": {"type": "float"},
        "sock_connect_timeout": {"type": "float"},
        "sock_read_timeout": {"type": "float"},
        "headers": {"type": "list", "elements": "dict"},
        "download_concurrency": {"type": "int"},
        "rate_limit": {"type": "int"},
        "includes": {"type": "list", "elements": "str", "no_log": False},
        "excludes": {"type": "list", "elements": "str", "no_log": False},
        "prereleases": {"type": "bool"},
        "package_types": {
            "type": "list",
            "elements": "str",
            "choices": [
                "bdist_dmg",
                "bdist_dumb",
                "bdist_egg",
                "bdist_msi",
                "bdist_rpm",
                "bdist_wheel",
                "bdist_wininst",
                "sdist",
            ],
        },
        "python_tags": {"type": "list", "elements": "str", "no_log": False},
        "platform_tags": {"type": "list", "elements": "str", "no_log": False},
        "keep_latest": {"type": "int"},
        "exclude_yanked": {"type": "bool"},
        "max_file_size": {"type": "int"},
        "uploaded_before": {"type": "str"},
        "uploaded_after": {"type": "str"},
        "provenance": {"type": "bool"},
        "ruleset": {"type": "str"},
        "page_ttl": {"type": "int"},
        "negative_ttl": {"type": "int"},
    },
    "repository": {
        "pulp_labels": {"type": "dict"},
        "description": {"type": "str", "no_log": False},
        "retain_repo_versions": {"type": "int"},
        "retain_checkpoints": {"type": "int"},
        "remote": {"type": "str"},
        "gates": {"type": "raw"},
        "keep_sources": {"type": "bool"},
        "autopublish": {"type": "bool"},
        "max_file_size": {"type": "int"},
        "allow_overwrite": {"type": "bool"},
        "reserve_filenames": {"type": "bool"},
        "allow_legacy_filenames": {"type": "bool"},
        "ruleset": {"type": "str"},
    },
}

NULLABLE: dict[str, Any] = {
    "file": [],
    "distribution": [
        "content_guard",
        "repository",
        "repository_version",
        "publication",
        "remote",
        "max_cache_size",
        "max_age_unused",
        "ruleset",
    ],
    "exporter": [],
    "publication": [],
    "quarantine": ["distribution"],
    "ruleset": [],
    "token": ["expires_at"],
    "remote": [
        "ca_cert",
        "client_cert",
        "client_key",
        "proxy_url",
        "proxy_username",
        "proxy_password",
        "username",
        "password",
        "max_retries",
        "total_timeout",
        "connect_timeout",
        "sock_connect_timeout",
        "sock_read_timeout",
        "download_concurrency",
        "rate_limit",
        "keep_latest",
        "max_file_size",
        "uploaded_before",
        "uploaded_after",
        "ruleset",
        "page_ttl",
    ],
    "repository": [
        "description",
        "retain_repo_versions",
        "retain_checkpoints",
        "remote",
        "max_file_size",
        "ruleset",
    ],
}

REFERENCES: dict[str, Any] = {
    "file": {"upload": "upload", "artifact": "artifact", "repository": "repository"},
    "distribution": {
        "content_guard": "content_guard",
        "repository": "repository",
        "repository_version": "version",
        "publication": "publication",
        "remote": "remote",
        "bases": "distribution",
        "ruleset": "ruleset",
    },
    "exporter": {},
    "publication": {"repository_version": "version", "repository": "repository"},
    "quarantine": {"distribution": "distribution"},
    "ruleset": {},
    "token": {"distributions": "distribution"},
    "remote": {"ruleset": "ruleset"},
    "repository": {"remote": "remote", "ruleset": "ruleset"},
}

TIMES: dict[str, Any] = {
    "file": [],
    "distribution": [],
    "exporter": [],
    "publication": [],
    "quarantine": [],
    "ruleset": [],
    "token": ["expires_at"],
    "remote": ["uploaded_before", "uploaded_after"],
    "repository": [],
}

SECRETS: dict[str, Any] = {
    "file": [],
    "distribution": [],
    "exporter": [],
    "publication": [],
    "quarantine": [],
    "ruleset": [],
    "token": [],
    "remote": ["client_key", "proxy_username", "proxy_password", "username", "password"],
    "repository": [],
}

ACTIONS: dict[str, Any] = {
    "file": {
        "upload": {
            "fields": {
                "file": {"type": "path"},
                "upload": {"type": "str"},
                "file_url": {"type": "str", "no_log": False},
                "artifact": {"type": "str"},
                "filename": {"type": "str", "no_log": False},
                "attestations": {"type": "str", "no_log": False},
            },
            "references": {"upload": "upload", "artifact": "artifact"},
            "detail": False,
        }
    },
    "distribution": {
        "evict": {
            "fields": {
                "dry_run": {"type": "bool"},
                "max_cache_size": {"type": "int"},
                "max_age_unused": {"type": "int"},
            },
            "references": {},
            "detail": True,
        },
        "invalidate": {
            "fields": {"projects": {"type": "list", "elements": "str", "no_log": False}},
            "references": {},
            "detail": True,
        },
    },
    "exporter": {
        "exports": {
            "fields": {
                "source": {"type": "str", "required": True},
                "fetch": {"type": "bool"},
                "remove": {"type": "bool"},
                "full": {"type": "bool"},
            },
            "references": {"source": "index"},
            "detail": True,
        }
    },
    "advisory": {
        "load": {
            "fields": {
                "source": {"type": "str", "no_log": False},
                "file": {"type": "path"},
                "path": {"type": "str", "no_log": False},
                "url": {"type": "str", "no_log": False},
            },
            "references": {},
            "detail": False,
        },
        "refresh": {
            "fields": {"source": {"type": "str", "no_log": False}},
            "references": {},
            "detail": False,
        },
        "unload": {
            "fields": {"source": {"type": "str", "no_log": False}},
            "references": {},
            "detail": False,
        },
    },
    "ruleset": {
        "dry_run": {
            "fields": {
                "of": {"type": "str", "required": True},
                "at": {"type": "str"},
                "rules": {"type": "raw"},
                "project": {"type": "str", "no_log": False},
                "limit": {"type": "int"},
                "after": {"type": "str", "no_log": False},
            },
            "references": {"of": "index"},
            "detail": True,
        }
    },
    "repository": {
        "approve": {
            "fields": {
                "source": {"type": "str", "required": True},
                "note": {"type": "str", "no_log": False},
            },
            "references": {"source": "version"},
            "detail": True,
        },
        "cleanup": {
            "fields": {
                "retain_versions": {"type": "int"},
                "older_than": {"type": "str", "no_log": False},
                "remove_content": {"type": "bool"},
                "orphan_protection_time": {"type": "int"},
                "dry_run": {"type": "bool"},
            },
            "references": {},
            "detail": True,
        },
        "modify": {
            "fields": {
                "add_content_units": {"type": "list", "elements": "str"},
                "remove_content_units": {"type": "list", "elements": "str"},
                "base_version": {"type": "str"},
                "overwrite": {"type": "bool"},
            },
            "references": {
                "add_content_units": "content",
                "remove_content_units": "content",
                "base_version": "version",
            },
            "detail": True,
        },
        "promote": {
            "fields": {
                "source": {"type": "str", "required": True},
                "projects": {"type": "list", "elements": "str", "no_log": False},
                "releases": {
                    "type": "list",
                    "elements": "dict",
                    "options": {
                        "project": {"type": "str", "no_log": False, "required": True},
                        "release": {"type": "str", "no_log": False, "required": True},
                    },
                },
                "mode": {"type": "str", "choices": ["replace", "add"]},
                "dry_run": {"type": "bool"},
                "note": {"type": "str", "no_log": False},
                "override": {
                    "type": "list",
                    "elements": "str",
                    "choices": [
                        "minimal_age",
                        "provenance",
                        "licenses",
                        "no_yanked",
                        "vulnerabilities",
                        "dependencies",
                        "ruleset",
                        "approval",
                    ],
                },
                "override_reason": {"type": "str", "no_log": False},
                "keep_source": {"type": "bool"},
            },
            "references": {"source": "version"},
            "detail": True,
        },
        "remove": {
            "fields": {
                "project": {"type": "str", "no_log": False, "required": True},
                "release": {"type": "str", "no_log": False},
                "filename": {"type": "str", "no_log": False},
            },
            "references": {},
            "detail": True,
        },
        "revoke": {
            "fields": {"source": {"type": "str", "required": True}},
            "references": {"source": "version"},
            "detail": True,
        },
        "rollback": {
            "fields": {
                "version": {"type": "int", "required": True},
                "dry_run": {"type": "bool"},
                "note": {"type": "str", "no_log": False},
            },
            "references": {},
            "detail": True,
        },
        "set_status": {
            "fields": {
                "project": {"type": "str", "no_log": False, "required": True},
                "status": {
                    "type": "str",
                    "choices": ["active", "deprecated", "archived", "quarantined"],
                    "required": True,
                },
                "reason": {"type": "str", "no_log": False},
            },
            "references": {},
            "detail": True,
        },
        "sync": {
            "fields": {
                "remote": {"type": "str"},
                "mirror": {"type": "bool"},
                "allow_mass_removal": {"type": "bool"},
            },
            "references": {"remote": "remote"},
            "detail": True,
        },
        "unyank": {
            "fields": {
                "project": {"type": "str", "no_log": False, "required": True},
                "release": {"type": "str", "no_log": False},
                "filename": {"type": "str", "no_log": False},
            },
            "references": {},
            "detail": True,
        },
        "yank": {
            "fields": {
                "project": {"type": "str", "no_log": False, "required": True},
                "release": {"type": "str", "no_log": False},
                "filename": {"type": "str", "no_log": False},
                "reason": {"type": "str", "no_log": False},
            },
            "references": {},
            "detail": True,
        },
    },
    "version": {
        "download": {"fields": {}, "references": {}, "detail": True},
        "hold": {
            "fields": {
                "label": {"type": "str", "no_log": False, "required": True},
                "note": {"type": "str", "no_log": False},
            },
            "references": {},
            "detail": True,
        },
        "release": {
            "fields": {"label": {"type": "str", "no_log": False, "required": True}},
            "references": {},
            "detail": True,
        },
        "repair": {
            "fields": {"verify_checksums": {"type": "bool"}},
            "references": {},
            "detail": True,
        },
    },
}
