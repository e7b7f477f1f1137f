import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { authorityFiles } from '../model/secrets/authority-files.ts';
import type { AgentProfile } from '../protocol/profile.ts';

/** Where Debian, and AWS by a link, have whom the system trusts. */
const systems = '/etc/ssl/certs/ca-certificates.crt';

/** Puts an authority where programs in a container are told to look for whom to trust: alone, and after all that its system trusts. */
export function putAuthority(optDir: string, authority: string, profile: Pick<AgentProfile, 'binds'>): void {
  const folder = join(optDir, authorityFiles.folder);
  // A layer that has such a folder must not have its files written to.
  mkdirSync(folder, { mode: 0o755 });
  writeFileSync(join(folder, basename(authorityFiles.own)), authority, { mode: 0o644 });
  writeFileSync(join(folder, basename(authorityFiles.all)), `${systemAuthorities(profile)}\n${authority}`, {
    mode: 0o644,
  });
}

function systemAuthorities({ binds }: Pick<AgentProfile, 'binds'>): string {
  const [from, to] = binds.find(([, place]) => systems === place || systems.startsWith(`${place}/`)) ?? ['', ''];
  if (from === '') return '';
  try {
    return readFileSync(from + systems.slice(to.length), 'utf8');
  } catch (error) {
    // A system without any trusts nobody else.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
