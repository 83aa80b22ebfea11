"""The REST API of the simulated platform: paths, shapes and refusals as those of the real one."""
