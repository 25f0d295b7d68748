"""The tool `routes.plan`: which vehicle serves which stop, in what order and when, and what cannot be served."""
