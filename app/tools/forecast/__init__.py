"""The tools `forecast.*`: a series carried on with its error told, what is odd in it, and when something is full."""
