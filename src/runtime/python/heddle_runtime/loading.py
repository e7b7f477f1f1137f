"""How user code gets into the process, by AWS Lambda's rules."""

import importlib
import importlib.machinery
import os
import sys

from .errors import Fault

_unseen = object()
_loaders = (importlib.machinery.SourceFileLoader, importlib.machinery.SourcelessFileLoader)


def load_handler(handler, on_begin):
    """
    Imports `folder/module.name` or `package.module.name` from `sys.path`, and gives the function. `on_begin` is called right
    before the first line of the first module that this runs, when that is read and compiled; never, if none runs.
    Raises Fault, or what the module raised.
    """
    module_name, dot, name = handler.rpartition(".")
    if not dot:
        problem = "not enough values to unpack (expected 2, got 1)"
        raise Fault("MalformedHandlerName", f"Bad handler '{handler}': {problem}")
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise Fault("BuiltInModuleConflict", f"Cannot use built-in module {module_name} as a handler module")
    try:
        with _Marked(on_begin):
            module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise Fault("ImportModuleError", f"Unable to import module '{module_name}': {error}") from error
    except SyntaxError as error:
        trace = [f'  File "{error.filename}" Line {error.lineno}\n    {error.text}']
        raise Fault("UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}", trace) from error
    except (TypeError, ValueError) as error:
        # Names such as `.x` and `` are no modules; the same raised by user code is its own error.
        if error.__traceback__ is None or error.__traceback__.tb_next is None or module_name.strip("./"):
            raise
        raise Fault("ImportModuleError", f"Unable to import module '{module_name}': {error}") from None
    try:
        return getattr(module, name)
    except AttributeError:
        raise Fault("HandlerNotFound", f"Handler '{name}' missing on module '{module_name}'") from None


def task_paths(task_root, environment):
    """What comes before the standard library on `sys.path`, as on AWS: the function's own, `PYTHONPATH`, layers."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    given = [path for path in environment.get("PYTHONPATH", "").split(":") if path and path != "/var/runtime"]
    return [task_root, *given, f"/opt/python/lib/{version}/site-packages", "/opt/python"]


class _Marked:
    """Has `on_begin` called before the first module's code runs: takes the place of the loaders' way to run it until then."""

    def __init__(self, on_begin):
        self._on_begin = on_begin
        self._writes = True

    def __enter__(self):
        # Nothing can be written beside the code: to try costs a dozen system calls for each module.
        self._writes = not sys.dont_write_bytecode
        sys.dont_write_bytecode = True
        run = self._run

        def exec_module(loader, module):
            run(loader, module)

        for loader in _loaders:
            loader.exec_module = exec_module

    def __exit__(self, *_):
        self._restore()
        sys.dont_write_bytecode = not self._writes

    def _restore(self):
        for loader in _loaders:
            # What is left is the one that they inherit.
            if "exec_module" in vars(loader):
                del loader.exec_module

    def _run(self, loader, module):
        code = loader.get_code(module.__name__)
        self._restore()
        if code is None:
            raise ImportError(f"cannot load module {module.__name__!r} when get_code() returns None")
        self._on_begin()
        exec(code, vars(module))


def existing(paths):
    """
    Each folder on `sys.path` that is not there costs every import a look. What imports of ours have seen in them, or not, is forgotten: code
    and layers come after these paths, and that a folder was missing would be remembered for good.
    """
    for path in paths:
        if sys.path_importer_cache.get(path, _unseen) is None or path.startswith("/opt/"):
            sys.path_importer_cache.pop(path, None)
    return [path for path in paths if not path.startswith("/opt/") or os.path.isdir(path)]
