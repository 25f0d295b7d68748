"""Cells of a terminal as a picture: whatever has to meet its neighbours is geometry, only words are letters."""
