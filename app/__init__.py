"""Footlights itself: what reads, checks, explains and shows a scenario. Each folder is a room; start with `app/cli`."""
