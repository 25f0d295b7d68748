"""Events as lines of the log, and which of them are shown. Pure."""
