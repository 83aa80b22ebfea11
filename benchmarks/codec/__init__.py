"""The SMS codec beside other libraries: `python -m benchmarks.codec`."""
