"""The audience's clock: lets what happened in a run happen again, at a pace that people can follow."""
