"""The tools `desk.*`: tickets scored and routed by rules that are written down, and held to the times promised."""
