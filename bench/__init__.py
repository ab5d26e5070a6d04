"""The figures of docs/reference/performance.md, measured anew by `python -m bench`.

It stands on what the functional tests stand on: their stack, their REST client, their wheels.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# `support` is found as it is by the tests, whose `pythonpath` names this folder.
if str(ROOT / "functest") not in sys.path:
    sys.path.append(str(ROOT / "functest"))
