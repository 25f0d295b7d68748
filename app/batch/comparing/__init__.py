"""What follows from a batch: arms held against a control, and the whole against a baseline."""
