"""How services are spoken to: what all adapters share, and the protocols that several of them speak."""
