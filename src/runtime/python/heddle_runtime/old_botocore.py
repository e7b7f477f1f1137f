"""Debian 12's botocore (before 1.31) does not know `AWS_ENDPOINT_URL_*`, by which code finds the service that it runs on."""

import importlib.abc
import importlib.machinery
import os
import sys

_watched = "botocore.session"


def teach_old_botocore(environment):
    """Has botocore's clients look there, too, if it is imported and as old as that. Newer ones do so themselves."""
    if any(name.startswith("AWS_ENDPOINT_URL") for name in environment):
        sys.meta_path.insert(0, _Finder())


class _Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != _watched:
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def exec_module(module):
                run(module)
                _teach(module)

            spec.loader.exec_module = exec_module
        return spec


def _teach(module):
    version = getattr(sys.modules.get("botocore"), "__version__", "")
    if not version.startswith("1.") or int(version.split(".")[1]) >= 31:
        return
    create_client = module.Session.create_client

    def create_client_there(self, service_name, *args, **options):
        # The fifth of the others: region, API version, whether by TLS, whether to check certificates, endpoint.
        if len(args) < 5 and options.get("endpoint_url") is None:
            options["endpoint_url"] = _endpoint_of(service_name)
        return create_client(self, service_name, *args, **options)

    module.Session.create_client = create_client_there


def _endpoint_of(service_name):
    if os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return None
    own = "AWS_ENDPOINT_URL_" + service_name.upper().replace("-", "_")
    return os.environ.get(own) or os.environ.get("AWS_ENDPOINT_URL") or None
