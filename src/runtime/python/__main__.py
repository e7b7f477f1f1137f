# Beside this there is the package, compiled, in a folder for each version of Python that there was, and as source.
import os
import sys

if __name__ == "__main__":
    here = sys.path[0]
    version = f"{sys.version_info.major}{sys.version_info.minor}"
    sys.path[:1] = [os.path.join(here, f"python{version}"), os.path.join(here, "source")]
    from heddle_runtime.main import main

    main(sys.argv[1:])
