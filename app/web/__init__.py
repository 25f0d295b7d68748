"""The app in a browser: behind a door that only those with a token pass, and a mirror for an audience."""
