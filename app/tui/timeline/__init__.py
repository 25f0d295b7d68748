"""Where the time of a run went: lanes, bars, and what part of it is looked at. Pure."""
