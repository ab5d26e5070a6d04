"""Hostile input for what reads it: archives, metadata, upload forms, upstream pages.

`python -m fuzz --inputs 100000` runs many; the unit tests run a short form of the same. An input is
made from a seed, so what crashed once crashes again.
"""
