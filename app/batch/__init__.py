"""Many runs: which there are, how they are performed side by side, and what can honestly be said of them."""
