import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { containerChannels, type AgentProfile } from '../protocol/profile.ts';
import { containerUser } from './container-command.ts';

/** Whose the system's files and those of a function are, which programs ask by name. */
const root = 'root:x:0:0:root:/root:/bin/sh';
const nobody = 'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin';

/**
 * Writes the files by which programs in containers know their own user, `localhost` and whom to ask for other names, and gives their binds,
 * `[path here, path in the container]`. Where a whole `/etc` is bound that has no such file, none can be put there.
 */
export function etcFiles(
  profile: Pick<AgentProfile, 'channelCount' | 'user' | 'workDir' | 'binds'>,
): (readonly [from: string, to: string])[] {
  const users = [...new Set(containerChannels(profile).map((channel) => containerUser(profile, channel)))];
  const texts = {
    // The second name is where extensions of AWS Lambda listen for telemetry.
    hosts: '127.0.0.1 localhost\n127.0.0.1 sandbox.localdomain sandbox\n::1 localhost\n',
    passwd: [root, ...users.map((id) => `user${id}:x:${id}:${id}::/tmp:/bin/sh`), nobody, ''].join('\n'),
    group: ['root:x:0:', ...users.map((id) => `user${id}:x:${id}:`), 'nogroup:x:65534:', ''].join('\n'),
    // The relay answers at once; what it does not answer, nobody will.
    'resolv.conf': 'nameserver 127.0.0.1\noptions timeout:5 attempts:1\n',
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
  };
  const folder = join(profile.workDir, 'etc');
  mkdirSync(folder, { recursive: true });
  return Object.entries(texts).flatMap(([name, text]) => {
    const [from, to] = [join(folder, name), `/etc/${name}`];
    writeFileSync(from, text, { mode: 0o644 });
    return canPlace(profile, to) ? [[from, to] as const] : [];
  });
}

function canPlace(profile: Pick<AgentProfile, 'binds'>, place: string): boolean {
  const covering = profile.binds.find(([, to]) => place === to || place.startsWith(`${to}/`));
  return covering === undefined || existsSync(covering[0] + place.slice(covering[1].length));
}
