"""The parts of `footlights compare`: two runs as a page, as Markdown, as data."""
