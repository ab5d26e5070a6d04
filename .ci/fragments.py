"""Fails on files in CHANGES that towncrier would not put into the change log."""

import re
import sys
import tomllib
from pathlib import Path

NAME = re.compile(r"[a-z0-9][a-z0-9-]*\.(\w+)\.md")
NOT_FRAGMENTS = frozenset({".gitignore", ".gitkeep", ".TEMPLATE.md", "README.md"})


def main() -> int:
    """0 if each fragment has a known kind and says something in one paragraph."""
    config = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    kinds = {kind["directory"] for kind in config["tool"]["towncrier"]["type"]}
    wrong = []
    for path in sorted(Path("CHANGES").iterdir()):
        if path.name in NOT_FRAGMENTS:
            continue
        match = NAME.fullmatch(path.name)
        if match is None or match[1] not in kinds:
            wrong.append(f"{path}: not WORD.KIND.md with one of {', '.join(sorted(kinds))}")
        elif not path.read_text(encoding="utf-8").strip():
            wrong.append(f"{path}: says nothing")
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
