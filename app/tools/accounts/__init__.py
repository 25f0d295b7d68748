"""The tools `accounts.*`: how well customers are and where they are going, and what a small software firm is worth."""
