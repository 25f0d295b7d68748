"""The tools `leads.*`: leads scored by stated rules, handed to owners with reasons, a quarter's revenue foretold."""
