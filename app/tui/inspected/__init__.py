"""All that is known of one thing, in parts. Pure."""
