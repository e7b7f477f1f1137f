import { guestFolder } from './initramfs.ts';

/** Both scripts begin so. Busybox's shell, each of its tools called by name. */
const start = `#!/bin/busybox sh
set -eu
for tool in cat cp echo grep insmod mkdir mount sleep switch_root; do /bin/busybox ln -s busybox /bin/$tool; done
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in /modules/*.ko; do insmod "$module"; done
`;

/**
 * The first program of a guest: mounts the root file system read-only with memory above the places that are written to,
 * and becomes init, with the agent as its only child. If the agent ends, init ends, the kernel panics, and the machine is off.
 * `agent`: program and arguments. `lastPort`: name of the last virtio-serial port; they come one by one, and the agent
 * looks for them by name. Prints to the console what went wrong, which is all the host gets to see of it.
 */
export function initScript(agent: readonly string[], lastPort: string): string {
  const command = agent.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  return `${start}
tries=0
until [ -e /dev/vda ] && grep -qx '${lastPort}' /sys/class/virtio-ports/*/name 2>/dev/null; do
  tries=$((tries + 1)); [ $tries -lt 3000 ] || { echo 'heddle: disk or channels did not appear' >/dev/console; exit 1; }
  sleep 0.01
done
mount -t squashfs -o ro /dev/vda /root
mount -t tmpfs -o mode=755,nosuid,nodev heddle /root${guestFolder}
cp -r /heddle/. /root${guestFolder}/
mount -o remount,ro /root${guestFolder}
mount -t tmpfs -o mode=755,nosuid,nodev run /root/run
mount -t tmpfs -o mode=1777,nosuid,nodev tmp /root/tmp
mkdir -p /root/run/heddle
mount --move /proc /root/proc
mount --move /dev /root/dev
mount --move /sys /root/sys
mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 /root/sys/fs/cgroup
echo '+cpu +memory +pids' >/root/sys/fs/cgroup/cgroup.subtree_control
exec switch_root /root /usr/bin/env -i PATH=/usr/local/bin:/usr/bin:/usr/sbin HOME=/root LANG=C.UTF-8 \\
  /usr/bin/tini -- ${command}
`;
}

/** A guest that says one word on its channel, to show that it runs. */
export function probeScript(word: string): string {
  return `${start}
tries=0
until [ -e /dev/vport1p1 ] || [ -e /dev/vport0p1 ]; do
  tries=$((tries + 1)); [ $tries -lt 3000 ] || { echo 'heddle: the channel did not appear' >/dev/console; exit 1; }
  sleep 0.01
done
for port in /dev/vport*p1; do echo ${word} >"$port"; done
while :; do sleep 1000; done
`;
}
