"""The parts of `footlights models`: the list, one model, a test of one, fetching one."""
