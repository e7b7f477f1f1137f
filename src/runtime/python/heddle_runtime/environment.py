"""Makes this process the function's own."""

import importlib
import os
import sys
import time

from .loading import task_paths

_own_archive = __file__.split(".pyz/")[0] + ".pyz"


def apply_environment(environment):
    """Makes `os.environ` exactly that."""
    before = os.environ.get("TZ")
    for name in [name for name in os.environ if name not in environment]:
        del os.environ[name]
    for name, value in environment.items():
        if os.environ.get(name) != value:
            os.environ[name] = value
    if environment.get("TZ") != before:
        time.tzset()
    if environment.get("PYTHONDONTWRITEBYTECODE"):
        sys.dont_write_bytecode = True


def apply_paths(task_root, environment):
    """User code comes first on `sys.path`, and nothing of ours is on it."""
    rest = [path for path in sys.path if not path.startswith(_own_archive)]
    sys.path[:] = [*task_paths(task_root, environment), *rest]
    for path in [path for path in sys.path_importer_cache if path.startswith((_own_archive, task_root))]:
        del sys.path_importer_cache[path]
    importlib.invalidate_caches()


def seed_random():
    """This process may be a copy of another: generators that were seeded before it was are seeded again, by the kernel."""
    random = sys.modules.get("random")
    if random is not None:
        random.seed()
