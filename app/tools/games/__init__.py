"""The tools `games.*`: a bracket for a tournament, how many players come back, and whether sides are balanced."""
