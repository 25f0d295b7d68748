"""The tools `backtest.*`: a strategy tried on past prices after costs, and a made-up market to try it on."""
