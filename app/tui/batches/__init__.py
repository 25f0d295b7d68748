"""Batches in the app: begun, driven, watched, read, and drawn as a grid."""
