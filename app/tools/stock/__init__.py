"""The tools `stock.*`: what will be asked for, from what was, and what to order today so that it is there."""
