"""`pytest hil --bench ...`: what the suite is made of is in the plugin."""

pytest_plugins = ("hil.plugin",)
