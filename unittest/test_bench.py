"""The figures' command can at least be started: measuring takes minutes and is no test."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def _python(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_command_tells_its_options() -> None:
    """All of its modules can be imported."""
    assert "--large" in _python("-m", "bench", "--help")


def test_tables_replace_what_stands_between_the_marks(tmp_path: Path) -> None:
    """What is around them stays."""
    page = tmp_path / "performance.md"
    page.write_text("before\n<!-- figures begin -->\nold\n<!-- figures end -->\nafter\n")
    _python(
        "-c",
        "from pathlib import Path; from bench.figures import *; import sys\n"
        "figure = Figure(group='Syncing', what='all', measured='1 s', to_reach='≤ 2 s',"
        " reached=True)\n"
        "write(Path(sys.argv[1]), as_markdown([figure], 'By hand.'))",
        str(page),
    )
    assert page.read_text() == (
        "before\n<!-- figures begin -->\nBy hand.\n\n## Syncing\n\n"
        "| what | measured | to reach | beside it |\n|---|---|---|---|\n"
        "| all | 1 s | ✓ ≤ 2 s |  |\n<!-- figures end -->\nafter\n"
    )
