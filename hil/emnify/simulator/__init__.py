"""A stand-in for the emnify platform: what stands between an operator and simulated modems.

`platform` is the organisation with its devices, policies and SMS; `rest` and `portal` are its two
doors, `deliveries` its way out to a webhook. Facts are those of emnify's public documents; where
these say nothing, the choice is written down where it is made (docs/platform.md lists them).
"""
