"""What a history of runs would have cost, and who would have answered, under other prices, models and policies."""
