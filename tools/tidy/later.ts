import { type Finding, importsOf, type Import, type Source } from './source.ts';

/** What every service loads when it starts. */
const entry = 'src/daemon.ts';

/** What no service needs that has no events and no objects, belongs to no cluster, and that nobody looks at: its code is loaded when one is used first. */
const later: readonly string[] = [
  'src/cluster/',
  'src/daemon/cluster/',
  'src/events/',
  'src/objects/',
  'src/traces/otlp/',
  'src/frontend/aws/s3/serve-s3.ts',
  'src/api/model/scheduler/shapes.ts',
  'src/frontend/opened-events.ts',
  'src/frontend/dashboard/stream/',
  'src/frontend/dashboard/topics',
  'src/frontend/aws/scheduler/every-operation.ts',
  'src/frontend/aws/sqs/run.ts',
  'src/frontend/lambda/event-invoke/runs.ts',
  'src/frontend/lambda/event-sources/runs.ts',
  'src/frontend/lambda/executions/invoke-durable.ts',
  'src/frontend/metrics/later.ts',
];

/** Of that, what says what is wrong with requests that have nothing else to do with events; and errors, which are told apart where there is no cluster too. */
export const loadedEarly: readonly string[] = [
  'src/cluster/contract.ts',
  'src/events/async/keys.ts',
  'src/events/async/tags.ts',
];

/** A service loads nothing at its start that should be loaded when it is used first. */
export function findEarlyLoads(sources: readonly Source[]): readonly Finding[] {
  const files = new Map(sources.map((source) => [source.path, source]));
  const seen = new Set<string>();
  const findings: Finding[] = [];
  const visit = (path: string, trail: readonly string[], by: Import | undefined): void => {
    const source = files.get(path);
    if (source === undefined || seen.has(path)) return;
    seen.add(path);
    const way = [...trail, path];
    if (later.some((each) => path.startsWith(each)) && !loadedEarly.includes(path)) {
      const message = `is loaded before it is used, by static imports: ${way.join(' → ')}`;
      findings.push({ path: trail.at(-1) ?? path, line: by?.line ?? 0, message });
      return;
    }
    for (const each of importsOf(source)) if (!each.typeOnly && !each.dynamic) visit(each.to, way, each);
  };
  visit(entry, [], undefined);
  return findings;
}
