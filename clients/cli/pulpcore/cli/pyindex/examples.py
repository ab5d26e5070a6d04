"""The examples that the help of commands shows."""

from __future__ import annotations

from collections.abc import Mapping

#: By group and command.
EXAMPLES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("remote", "create"): (
        'pulp pyindex remote create --name web --url https://index.example.org/ --include "acme-*"',
        "pulp pyindex remote create --name all --url https://index.example.org/ --include @want",
    ),
    ("remote", "update"): (
        'pulp pyindex remote update web --include "django>=5"',
        'pulp pyindex remote update web --keep-latest ""',
    ),
    ("remote", "list"): ("pulp pyindex remote list --name-contains web",),
    ("repository", "create"): (
        "pulp pyindex repository create --name dev --remote web",
        "pulp pyindex repository create --name prod --retain-repo-versions 20",
    ),
    ("repository", "sync"): ("pulp pyindex repository sync dev --mirror",),
    ("repository", "promote"): (
        'pulp pyindex repository promote prod --source dev@12 --note "release 7"',
    ),
    ("repository", "yank"): (
        'pulp pyindex repository yank prod --project flask --release 3.1.0 --reason "broken"',
    ),
    ("repository", "set-status"): (
        "pulp pyindex repository set-status prod --project old-tool --status archived",
    ),
    ("repository", "remove"): (
        "pulp pyindex repository remove prod --project flask --release 3.0",
    ),
    ("repository", "modify"): (
        'pulp pyindex repository modify prod --remove-content-unit "*"',
        "pulp pyindex repository modify prod --base-version prod@3",
    ),
    ("repository", "uploads"): ("pulp pyindex repository uploads prod --project flask",),
    ("repository", "approve"): (
        'pulp pyindex repository approve prod --source test@4 --note "tests are green"',
    ),
    ("repository", "cleanup"): (
        "pulp pyindex repository cleanup dev --retain-versions 10 --dry-run",
    ),
    ("repository", "update"): (
        "pulp pyindex repository update prod --gates @gates.json",
        "pulp pyindex repository update dev --remote web --ruleset no-surprises",
    ),
    ("ruleset", "create"): ("pulp pyindex ruleset create --name calm --rules @rules.json",),
    ("ruleset", "dry-run"): ("pulp pyindex ruleset dry-run calm --of prod --project flask",),
    ("quarantine", "create"): (
        'pulp pyindex quarantine create --project evil --reason "see incident 42"',
    ),
    ("advisories", "load"): (
        "pulp pyindex advisories load --file all.zip",
        "pulp pyindex advisories load --url https://osv.example.org/PyPI/all.zip",
    ),
    ("exporter", "create"): ("pulp pyindex exporter create --name web --path /srv/index",),
    ("exporter", "exports"): ("pulp pyindex exporter exports web --source prod",),
    ("version", "hold"): ('pulp pyindex version hold prod@12 --label audit --note "until May"',),
    ("version", "release"): ("pulp pyindex version release prod@12 --label audit",),
    ("version", "advisories"): ("pulp pyindex version advisories prod --severity high",),
    ("distribution", "evict"): ("pulp pyindex distribution evict cache --dry-run",),
    ("version", "list"): ("pulp pyindex version list --repository dev",),
    ("version", "show"): ("pulp pyindex version show dev@12",),
    ("version", "diff"): ("pulp pyindex version diff dev --base prod",),
    ("version", "projects"): ("pulp pyindex version projects dev@12 --name-contains acme",),
    ("publication", "create"): (
        "pulp pyindex publication create --repository dev",
        "pulp pyindex publication create --repository-version dev@12",
    ),
    ("distribution", "create"): (
        "pulp pyindex distribution create --name prod --base-path team/prod --repository prod",
    ),
    ("distribution", "update"): (
        "pulp pyindex distribution update prod --repository-version prod@12",
    ),
    ("file", "list"): ("pulp pyindex content file list --repository-version dev --project flask",),
    ("file", "create"): (
        "pulp pyindex content file create --file dist/acme-1.0.tar.gz --repository prod",
    ),
    ("token", "update"): ("pulp pyindex token update ci --expires-at 2027-06-30",),
    ("token", "create"): (
        'pulp pyindex token create --name ci --scope upload --distribution prod --project "acme-*"',
    ),
}
