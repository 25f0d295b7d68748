"""Runs of a batch on a Ray cluster: workers on many machines, one limiter and one ledger for all of them.

Ray is an extra, and heavy: only the modules here import it, and only when a batch is performed on a cluster.
"""
