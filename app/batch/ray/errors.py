"""What can go wrong with a cluster, and how it is told."""

from __future__ import annotations

from app.errors import FootlightsError


class ClusterError(FootlightsError):
    """A cluster cannot be used as it is."""
