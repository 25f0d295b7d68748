"""The parts of `footlights batch`: what is wished for, what is shown while it goes on, and what is told of it."""
