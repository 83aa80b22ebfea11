"""What the suite's tests hold in their hands: the modem, the daemon, the platform, a budget.

Nothing here knows pytest; `hil.plugin` makes fixtures of it.
"""
