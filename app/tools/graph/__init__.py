"""The tools `graph.*`: what depends on what in the metadata of some organisations, and what breaks if it changes."""
