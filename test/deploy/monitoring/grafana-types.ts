import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../../tools/tidy/source.ts';

/** As seen from a folder of `.scratch`. */
const head = "import type { GrafanaDashboard } from '../../test/deploy/monitoring/grafana-dashboard.ts';\n";

/** What Grafana's own types have against a dashboard, which is given as JSON: TypeScript's words, empty where they have nothing. */
export async function wrongInGrafana(dashboard: string): Promise<string> {
  // Where the package is found from.
  const scratch = join(root, '.scratch');
  await mkdir(scratch, { recursive: true });
  const folder = await mkdtemp(join(scratch, 'grafana-'));
  try {
    const file = join(folder, 'dashboard.ts');
    await writeFile(file, `${head}export const dashboard = ${dashboard.trim()} satisfies GrafanaDashboard;\n`);
    const settings = '--noEmit --strict --skipLibCheck --ignoreConfig --allowImportingTsExtensions'.split(' ');
    const target = '--target esnext --module esnext --moduleResolution bundler'.split(' ');
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, ...settings, ...target, '--types', '', file]);
    return String(stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}
