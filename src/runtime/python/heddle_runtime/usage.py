"""What this process cost until now, as the kernel tells it."""

import math
import os
import resource
import time

_page_kib = 4


# Found once, in the rehearsal or at the first answer: it hardly changes, and gVisor needs milliseconds to say it.
_program_kib = None


class Usage:
    def __init__(self):
        self._schedule = None

    def cpu_ms(self):
        """Processor time that this process and its threads wanted, ms: had, and what its main thread stood in line for."""
        return time.process_time() * 1000 + self._waited_ms()

    def memory_peak_mb(self):
        """
        The most memory that this process ever had for itself, MiB. Programs and libraries are mapped files, lie in memory once for
        all, and are not counted.
        """
        global _program_kib
        if _program_kib is None:
            _program_kib = _mapped_kib()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return max(1, math.ceil((peak - _program_kib) / 1024))

    def _waited_ms(self):
        # Linux: Documentation/scheduler/sched-stats.rst, the second number in ns. gVisor has no such file.
        if self._schedule is None:
            try:
                self._schedule = os.open("/proc/self/schedstat", os.O_RDONLY | os.O_CLOEXEC)
            except OSError:
                self._schedule = -1
        if self._schedule < 0:
            return 0
        try:
            return int(os.pread(self._schedule, 64, 0).split()[1]) / 1e6
        except (OSError, IndexError, ValueError):
            self._schedule = -1
            return 0


def _mapped_kib():
    try:
        with open("/proc/self/statm", "rb") as file:
            shared = int(file.read().split()[2])
        if shared > 0:
            return shared * _page_kib
        # gVisor says 0, and takes all of a mapped file for resident.
        with open("/proc/self/smaps", "rb") as file:
            return _mapped_files_kib(file.read().decode("latin-1"))
    except (OSError, IndexError, ValueError):
        return 0


def _mapped_files_kib(smaps):
    """What of mapped files is resident, by the text of `smaps`: a mapping's first line ends with its path (proc_pid_smaps(5))."""
    kib = 0
    is_file = False
    for line in smaps.splitlines():
        first, _, rest = line.partition(" ")
        if not first.endswith(":"):
            is_file = len(rest.split()) > 4 and rest.split()[4].startswith("/")
        elif is_file and first == "Rss:":
            kib += int(rest.split()[0])
    return kib
