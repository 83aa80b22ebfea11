"""What all tests share."""

from hypothesis import HealthCheck, settings

# A busy machine is no failure: properties are judged by what they find, not by how fast.
settings.register_profile(
    "modem-helper", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("modem-helper")
