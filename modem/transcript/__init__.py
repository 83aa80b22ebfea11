"""Sessions between a host and a modem: recorded, read, shown, masked, and replayed as a modem."""
