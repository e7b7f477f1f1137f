import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where this user's images and templates are kept. */
export function cacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'heddle');
}
