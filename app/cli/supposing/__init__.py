"""The parts of `footlights whatif`: its answers in words, as a page, as data."""
