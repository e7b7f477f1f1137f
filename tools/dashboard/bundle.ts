import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { build } from 'vite';
import { root } from '../tidy/source.ts';

/** All that a browser would ever load of it, zipped. */
const gzipBytesMax = 250 * 1_024;

/** What a build came to. */
export interface DashboardSize {
  readonly gzipBytes: number;
  readonly gzipBytesMax: number;
}

/** Builds the dashboard into a folder, which is emptied first. Throws where it has become larger than it may be. */
export async function buildDashboard(outDir: string): Promise<DashboardSize> {
  await build({
    configFile: false,
    root: join(root, 'src/dashboard'),
    base: './',
    plugins: [react()],
    logLevel: 'warn',
    build: {
      outDir,
      emptyOutDir: true,
      assetsDir: 'heddle/dashboard',
      // A file of its own for everything but the styles that stand in the page itself: what else is inline, the content security policy refuses.
      assetsInlineLimit: 0,
      target: 'es2024',
      // The oldest that know light-dark(): for older ones each colour would be written twice.
      cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
      modulePreload: { polyfill: false },
    },
  });
  const sizes = filesIn(outDir).map((path) => ({ path, bytes: gzipSync(readFileSync(path), { level: 9 }).length }));
  const gzipBytes = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (gzipBytes <= gzipBytesMax) return { gzipBytes, gzipBytesMax };
  const lines = sizes.toSorted((a, b) => b.bytes - a.bytes).map(({ path, bytes }) => `${bytes} ${path}`);
  throw new Error(`The dashboard has ${gzipBytes} bytes, zipped, and may have ${gzipBytesMax}:\n${lines.join('\n')}`);
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}
