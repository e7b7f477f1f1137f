import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../../../tools/tidy/source.ts';

/** Types of Grafana's own, as it publishes them, with enumerations by their values: JSON has no others. */
const types = `
import type { AnnotationQuery, Dashboard, DataQuery, Panel, RowPanel } from '@grafana/schema';
import type * as Heatmap from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen';
import type * as Stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as TimeSeries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';

type Plain<T> = T extends string ? \`\${T}\` : T extends number | boolean | null | undefined ? T : { [K in keyof T]: Plain<T[K]> };
type Part<T> = { [K in keyof T]?: T[K] extends object | undefined ? Part<T[K]> : T[K] };
interface Query extends DataQuery { expr: string; legendFormat?: string; format?: 'heatmap' | 'time_series' | 'table'; instant?: boolean; range?: boolean; exemplar?: boolean; interval?: string }
interface Of<Type extends string, Options, Custom> extends Omit<Panel, 'type' | 'options' | 'fieldConfig' | 'targets'> {
  type: Type;
  options: Options;
  targets: Query[];
  fieldConfig: Omit<NonNullable<Panel['fieldConfig']>, 'defaults'> & {
    defaults: Omit<NonNullable<Panel['fieldConfig']>['defaults'], 'custom'> & { custom?: Custom };
  };
}
type Known = Of<'timeseries', Part<TimeSeries.Options>, Part<TimeSeries.FieldConfig>> | Of<'stat', Part<Stat.Options>, never> | Of<'heatmap', Part<Heatmap.Options>, Part<Heatmap.FieldConfig>>;
type Row = Omit<RowPanel, 'panels'> & { panels: Known[] };
// Of Prometheus' annotations more is read than is published.
interface Mark extends AnnotationQuery { expr?: string; titleFormat?: string; textFormat?: string; tagKeys?: string; step?: string; useValueForTime?: boolean }
type Checked = Plain<Omit<Dashboard, 'panels' | 'annotations'> & { annotations: { list: Mark[] }; panels: (Known | Row)[] }>;
`;

/** What Grafana's own types have against a dashboard, which is given as JSON: TypeScript's words, empty where they have nothing. */
export async function wrongInGrafana(dashboard: string): Promise<string> {
  // Where the package is found from.
  const scratch = join(root, '.scratch');
  await mkdir(scratch, { recursive: true });
  const folder = await mkdtemp(join(scratch, 'grafana-'));
  try {
    const file = join(folder, 'dashboard.ts');
    await writeFile(file, `${types}\nexport const dashboard = ${dashboard.trim()} satisfies Checked;\n`);
    const settings = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'esnext', '--ignoreConfig'];
    const how = ['--module', 'esnext', '--moduleResolution', 'bundler', '--types', ''];
    const { stdout } = spawnSync(process.execPath, [
      join(root, 'node_modules/typescript/bin/tsc'),
      ...settings,
      ...how,
      file,
    ]);
    return String(stdout);
  } finally {
    await rm(folder, { recursive: true });
  }
}
