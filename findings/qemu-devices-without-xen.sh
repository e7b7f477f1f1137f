#!/bin/sh
# One would guess that QEMU's QMP command `xen-save-devices-state` is of use below Xen only, as its name says; or, where it works, that a QEMU of the
# same version and options takes what it writes by `-incoming`, as it takes what `migrate` writes.
#
# So it is: it works under any accelerator, TCG among them, and writes the state of all devices and nothing of the memory, in a few kilobytes and
# milliseconds. But the stream lacks the section that says which machine it is of, and `-incoming` of the same command line refuses it: "Configuration section
# missing". Started with `-global migration.send-configuration=off`, which is about sending by its name, the receiver does not ask for it, takes the
# stream, and says only that a description at the end is missing. So devices can be moved apart from memory that is brought some other way.
#
# Package: qemu-system-x86 1:7.2+dfsg of Debian 12. Sources: QEMU's migration/savevm.c (qmp_xen_save_devices_state; qemu_loadvm_state, which looks at
# send_configuration), and accel/xen/xen-all.c, which turns that off for Xen.
# Needs python3, and qemu-system-x86_64: apt-get install qemu-system-x86.
set -eu
command -v qemu-system-x86_64 >/dev/null || {
  echo 'There is no qemu-system-x86_64 here: apt-get install qemu-system-x86.' >&2
  exit 2
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
qemu-system-x86_64 --version | head -n 1
cat >"$folder/ask.py" <<'EOF'
import json, os, socket, subprocess, sys, time
folder = sys.argv[1]
options = '-nodefaults -no-user-config -display none -M q35 -accel tcg -m 16 -S'.split()

class Machine:
    def __init__(self, *more):
        path = f'{folder}/qmp'
        if os.path.exists(path): os.unlink(path)
        self.process = subprocess.Popen(['qemu-system-x86_64', *options, '-qmp', f'unix:{path},server=on,wait=off', *more], stderr=subprocess.PIPE)
        self.socket = socket.socket(socket.AF_UNIX)
        while self.process.poll() is None:
            try:
                self.socket.connect(path)
                break
            except OSError: time.sleep(.02)
        self.file = self.socket.makefile('rw')
    def ask(self, command, **arguments):
        self.file.write(json.dumps({'execute': command, 'arguments': arguments}) + '\n')
        self.file.flush()
        while True:
            answer = json.loads(self.file.readline())
            if 'return' in answer or 'error' in answer: return answer
    def greeted(self):
        self.file.readline()
        self.ask('qmp_capabilities')
        return self
    def end(self):
        self.ask('quit')
        return self.process.communicate()[1].decode()

first = Machine().greeted()
saved = first.ask('xen-save-devices-state', filename=f'{folder}/state')
first.end()
print('xen-save-devices-state under TCG:', 'error' if 'error' in saved else f"{os.path.getsize(f'{folder}/state')} bytes")
incoming = ['-incoming', f'exec:cat {folder}/state']
plain = Machine(*incoming)
words = plain.process.communicate()[1].decode().strip()
print(f'-incoming: exit code {plain.process.returncode}: {words.splitlines()[0] if words else ""}')
told = Machine('-global', 'migration.send-configuration=off', *incoming).greeted()
while (status := told.ask('query-migrate')['return'].get('status')) not in ('completed', 'failed'): time.sleep(.02)
told.end()
print('-incoming with migration.send-configuration=off:', status)
sys.exit(0 if 'return' in saved and plain.process.returncode != 0 and status == 'completed' else 1)
EOF
python3 "$folder/ask.py" "$folder" || {
  echo 'This has changed.' >&2
  exit 1
}
