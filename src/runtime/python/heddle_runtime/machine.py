"""What code asks the system's library for, and that answers with the instance's: as `os` of the other runtimes says it, the function's own."""

import functools
import math
import os

_mb_per_processor = 1769
_processors_min = 2
_page_bytes = os.sysconf("SC_PAGE_SIZE")
# What `os` had. This module is loaded before any user code.
_sysconf, _cpu_count, _sched_getaffinity = os.sysconf, os.cpu_count, os.sched_getaffinity
_memory_mb = 0


def show_machine(memory_mb):
    """Has `os` say what a function of this size has, MiB: also `multiprocessing`, `concurrent.futures` and others who ask it."""
    global _memory_mb
    _memory_mb = memory_mb
    os.sysconf, os.cpu_count, os.sched_getaffinity = sysconf, cpu_count, sched_getaffinity


@functools.wraps(_sysconf)
def sysconf(name, /):
    if name in _total_names:
        return (_memory_mb << 20) // _page_bytes
    if name in _free_names:
        return min(_memory_mb << 20, _free_bytes()) // _page_bytes
    value = _sysconf(name)
    return min(value, _processors()) if name in _processor_names else value


@functools.wraps(_cpu_count)
def cpu_count():
    present = _cpu_count()
    return present and min(present, _processors())


@functools.wraps(_sched_getaffinity)
def sched_getaffinity(pid, /):
    allowed = _sched_getaffinity(pid)
    return set(sorted(allowed)[: _processors()])


def _processors():
    """As src/protocol/machine-view.ts counts them."""
    return max(_processors_min, math.ceil(_memory_mb / _mb_per_processor))


def _free_bytes():
    """The container's own file: what all of its processes leave."""
    with open("/proc/meminfo", "rb") as file:
        for line in file:
            if line.startswith(b"MemAvailable:"):
                return int(line.split()[1]) << 10
    return _memory_mb << 20


def _with_numbers(*names):
    return frozenset((*names, *(os.sysconf_names[name] for name in names)))


_total_names = _with_numbers("SC_PHYS_PAGES")
_free_names = _with_numbers("SC_AVPHYS_PAGES")
_processor_names = _with_numbers("SC_NPROCESSORS_ONLN", "SC_NPROCESSORS_CONF")
