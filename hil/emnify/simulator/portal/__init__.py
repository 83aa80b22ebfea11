"""The web portal of the simulated platform: pages, the JSON behind them, and what is live."""
