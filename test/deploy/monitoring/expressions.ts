import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { root } from '../../../tools/tidy/source.ts';

/** An expression in PromQL, and where it stands. */
export interface Expression {
  readonly where: string;
  readonly expr: string;
}

/** A rule that is recorded, or an alert. */
export interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly annotations?: { readonly summary: string; readonly runbook: string };
}

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly targets?: readonly { readonly expr: string }[];
  readonly panels?: readonly Panel[];
}

/** Where the dashboard, rules and alerts are. */
export const monitoring: { readonly grafana: string; readonly prometheus: string } = {
  grafana: join(root, 'deploy/grafana/heddle.json'),
  prometheus: join(root, 'deploy/prometheus'),
};

/** What the dashboard asks, by the row that it is in; its variables are filled in as Grafana does. */
export async function dashboardExpressions(): Promise<(Expression & { readonly row: string })[]> {
  const dashboard: { panels: readonly Panel[]; annotations: { list: readonly { name: string; expr: string }[] } } =
    JSON.parse(await readFile(monitoring.grafana, 'utf8'));
  const all = dashboard.annotations.list.map(({ name, expr }) => ({ row: 'Annotations', where: name, expr }));
  let row = '';
  for (const panel of dashboard.panels) {
    if (panel.type === 'row') row = panel.title;
    for (const { title, targets = [] } of [panel, ...(panel.panels ?? [])])
      for (const { expr } of targets) all.push({ row, where: `${row}: ${title}`, expr });
  }
  return all.map((one) => ({
    ...one,
    expr: one.expr.replaceAll('$__rate_interval', '30s').replaceAll(/\$(job|instance)\b/g, '.*'),
  }));
}

/** Rules of one of the files. */
export async function rulesIn(file: 'rules.yml' | 'alerts.yml'): Promise<Rule[]> {
  const { groups }: { groups: readonly { rules: readonly Rule[] }[] } = parse(
    await readFile(join(monitoring.prometheus, file), 'utf8'),
  );
  return groups.flatMap(({ rules }) => rules);
}

/** Names of the service's metrics, and of what is recorded of them, in an expression. */
export function namesIn(expr: string): string[] {
  return expr.match(/\b(?:[a-z_]+:)?(?:heddle|nodejs|process)_[a-z0-9_]+(?::[a-z0-9_]+)*/g) ?? [];
}
