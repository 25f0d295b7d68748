"""Cassettes: the calls of a run, recorded, and played again without a key and without a network."""
