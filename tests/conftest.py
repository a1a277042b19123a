"""For all tests: no example of hypothesis fails for being slow, as no test asserts a time."""

import hypothesis

hypothesis.settings.register_profile("bridgewatch", deadline=None)
hypothesis.settings.load_profile("bridgewatch")
