"""What screens are made of. Each draws what a painter gives it, and tells the screen what was chosen."""
