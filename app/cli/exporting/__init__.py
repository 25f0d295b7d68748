"""The parts of `footlights export`: its formats, how they are written, and how far that is."""
