import type { FunctionRow } from './picture.ts';
import type { Sample } from './sample.ts';

interface Growing {
  requests: number;
  errors: number;
  running: number;
  containers: number;
  memoryMb: number;
}

/** Functions that were called of late, or have containers: the busiest first. */
export function functionRows({ used: { now, before }, instances }: Sample): FunctionRow[] {
  const rows = new Map<string, Growing>();
  const of = (account: string, name: string): Growing => {
    const key = `${account}/${name}`;
    const known = rows.get(key) ?? { requests: 0, errors: 0, running: 0, containers: 0, memoryMb: 0 };
    rows.set(key, known);
    return known;
  };
  for (const [key, used] of now) {
    const was = before?.counts.get(key) ?? (before === undefined ? used : { requests: 0, errors: 0 });
    if (used.requests === was.requests) continue;
    const row = of(used.account, used.name === '' ? '(others)' : used.name);
    row.requests += Math.max(0, used.requests - was.requests);
    row.errors += Math.max(0, used.errors - was.errors);
  }
  for (const instance of instances)
    for (const container of instance.list('containers')) {
      // Versions are counted with their function, as usage does.
      const name = container.text('functionName').split(':')[0] ?? '';
      if (name === '') continue;
      const row = of(instance.text('account'), name);
      row.containers += 1;
      row.memoryMb += container.number('memoryMb');
      if (container.text('state') === 'running') row.running += 1;
    }
  const several = new Set(Array.from(rows.keys(), (key) => key.split('/')[0])).size > 1;
  const perSecond = (count: number): number | undefined => (before === undefined ? undefined : count / before.seconds);
  return Array.from(rows, ([key, { requests, errors, ...held }]) => ({
    name: several ? key : key.slice(key.indexOf('/') + 1),
    perSecond: perSecond(requests),
    errorsPerSecond: perSecond(errors),
    ...held,
  })).toSorted(
    (one, other) =>
      (other.perSecond ?? 0) - (one.perSecond ?? 0) ||
      other.running - one.running ||
      other.containers - one.containers ||
      one.name.localeCompare(other.name, 'en'),
  );
}
