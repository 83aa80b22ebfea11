"""SMS receivers, killed and disturbed alike: `python -m benchmarks.peers_under_fire`."""
