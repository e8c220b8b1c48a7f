"""One platform.yaml becomes Helm umbrella charts, proven, packaged, published and deployed.

    platform.yaml -> spec -> build -> charts/ -> check -> ship

`spec` reads the file into a model, `build` turns the model into chart directories, `check`
proves what is in them and `ship` packages, publishes and deploys them. A stage reads only
what the stage before left behind.
"""

from __future__ import annotations

__version__ = "0.1.0"
