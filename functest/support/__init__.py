"""What the functional tests stand on: made files, an upstream of our own, a REST client, a stack.

Importable as `support` because pytest's `pythonpath` names this folder's parent.
"""
