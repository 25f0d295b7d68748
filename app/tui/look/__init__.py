"""What the app looks like: themes, colours, glyphs."""
