import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { containerChannels, type AgentProfile } from '../protocol/profile.ts';
import { containerUser } from './container-command.ts';

/**
 * Writes the files by which programs in containers know their own user and `localhost`, and gives their binds,
 * `[path here, path in the container]`. Where a whole `/etc` is bound that has no such file, none can be put there.
 */
export function etcFiles(profile: AgentProfile): (readonly [from: string, to: string])[] {
  const users = [...new Set(containerChannels(profile).map((channel) => containerUser(profile, channel)))];
  const texts = {
    hosts: '127.0.0.1 localhost\n::1 localhost\n',
    passwd: users.map((id) => `user${id}:x:${id}:${id}::/tmp:/bin/sh\n`).join(''),
    group: users.map((id) => `user${id}:x:${id}:\n`).join(''),
  };
  const folder = join(profile.workDir, 'etc');
  mkdirSync(folder, { recursive: true });
  return Object.entries(texts).flatMap(([name, text]) => {
    const [from, to] = [join(folder, name), `/etc/${name}`];
    writeFileSync(from, text, { mode: 0o644 });
    return canPlace(profile, to) ? [[from, to] as const] : [];
  });
}

function canPlace(profile: AgentProfile, place: string): boolean {
  const covering = profile.binds.find(([, to]) => place === to || place.startsWith(`${to}/`));
  return covering === undefined || existsSync(covering[0] + place.slice(covering[1].length));
}
