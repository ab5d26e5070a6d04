"""`pulp-pyindex demo`: the whole product once, on real projects, each step shown with its time."""
