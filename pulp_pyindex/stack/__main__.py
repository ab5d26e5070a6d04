"""`python -m pulp_pyindex.stack` is `pulp-pyindex`."""

import sys

from pulp_pyindex.stack.cli import main

sys.exit(main())
