"""What tests stand on: made files and pages, an upstream of our own, a REST client, a stack.

Importable as `support`, by unit tests too, because pytest's `pythonpath` names its parent.
"""
