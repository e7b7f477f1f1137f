import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentProfile } from '../protocol/profile.ts';

const virtioPorts = '/sys/class/virtio-ports';
/** File descriptor of channel 0, where channels are inherited. */
const firstFd = 3;
/** In `flags` of /proc/self/fdinfo/…, octal: closed when another program is started. */
const closeOnExec = 0o2000000;

type Channels = Pick<AgentProfile, 'channels' | 'channelCount' | 'relayChannel'>;

/** Gives the file descriptor of the guest's end of a channel, to be called once for each. Throws if there is none. */
export type OpenChannel = (channel: number) => number;

/** How channels are opened in the place that `profile` describes. */
export function channelOpener(profile: Channels): OpenChannel {
  return profile.channels === 'virtio'
    ? openVirtioPort
    : (channel) => {
        if (channel < profile.channelCount || channel === profile.relayChannel) return firstFd + channel;
        throw new Error(`There is no channel ${channel}; there are ${profile.channelCount}, from 0.`);
      };
}

function openVirtioPort(channel: number): number {
  const name = `heddle.${channel}`;
  for (const port of readdirSync(virtioPorts))
    if (readFileSync(join(virtioPorts, port, 'name'), 'utf8').trim() === name)
      return openSync(join('/dev', port), 'r+');
  throw new Error(`No virtio-serial port here is named ${name}; the driver gives the virtual machine one per channel.`);
}

/**
 * Sees to it that containers inherit nothing: whatever this process was born with, other than its channels, is closed.
 * Node marks what it finds at its start (`uv_disable_stdio_inheritance`), in order, up to the first gap; a container that got
 * the agent's channel, or another container's, could speak for them. Throws if the last channel is not marked: where it is, so
 * are those before it. (To look at each takes gVisor 10 ms.)
 */
export function closeStrays(profile: Channels): void {
  const last =
    profile.channels === 'inherited' ? firstFd + Math.max(profile.channelCount - 1, profile.relayChannel) : 0;
  for (const name of readdirSync('/proc/self/fd')) {
    const fd = Number(name);
    if (fd < firstFd || (fd > firstFd && fd < last) || isClosedOnExec(fd)) continue;
    if (fd <= last) throw new Error(`File descriptor ${fd}, a channel, would be inherited by every container.`);
    closeSync(fd);
  }
}

function isClosedOnExec(fd: number): boolean {
  try {
    const [, flags] = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
    return flags === undefined || (Number.parseInt(flags, 8) & closeOnExec) !== 0;
  } catch {
    // The folder's own descriptor, closed since.
    return true;
  }
}
