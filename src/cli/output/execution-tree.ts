import type { Shape } from '../../sdk/shape.ts';
import { formatAge, paint } from './style.ts';

/** One operation of an execution, as its history tells it. */
interface Told {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly startedAt: number;
  readonly inside: Told[];
  endedAt?: number;
  outcome: 'running' | 'done' | 'failed';
  attempts: number;
  /** What came of it, or what is wanted of somebody. */
  words: string;
}

/** How much of a result is shown. */
const wordsMax = 60;

/** A history as a tree: each operation with how it went, what it took and what came of it. */
export function executionTree(events: readonly Shape[], nowMs: number): string[] {
  const roots: Told[] = [];
  const all = new Map<string, Told>();
  for (const event of events) {
    const id = event.text('Id');
    const [, kind = '', what = ''] =
      /^(Context|Step|Wait|Callback|ChainedInvoke)(\w+)$/.exec(event.text('EventType')) ?? [];
    if (kind === '') continue;
    const there = all.get(id);
    if (there !== undefined) take(there, event, what);
    else {
      const told = begun(event, kind);
      all.set(id, told);
      (all.get(event.text('ParentId'))?.inside ?? roots).push(told);
      if (what !== 'Started') take(told, event, what);
    }
  }
  return roots.flatMap((told, index) => lines(told, '', index === roots.length - 1, nowMs));
}

function begun(event: Shape, kind: string): Told {
  const subType = event.text('SubType');
  const wait = kind === 'Wait' ? ` ${event.object('WaitStartedDetails').number('Duration')} s` : '';
  const callback = event.object('CallbackStartedDetails').text('CallbackId');
  return {
    id: event.text('Id'),
    name: event.text('Name'),
    kind: `${(subType || kind).replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()}${wait}`,
    startedAt: event.number('EventTimestamp') * 1_000,
    inside: [],
    outcome: 'running',
    attempts: 0,
    words: callback === '' ? '' : `callback ${callback}`,
  };
}

function take(told: Told, event: Shape, what: string): void {
  if (what === 'Started') return;
  const details = event.object(`${event.text('EventType')}Details`);
  const retry = details.object('RetryDetails');
  told.attempts = Math.max(told.attempts, retry.number('CurrentAttempt'));
  const failed = what !== 'Succeeded';
  told.words = failed
    ? details.object('Error').object('Payload').text('ErrorMessage')
    : details.object('Result').text('Payload');
  if (retry.number('NextAttemptDelaySeconds') > 0) return;
  told.outcome = failed && what !== 'Cancelled' ? 'failed' : 'done';
  told.endedAt = event.number('EventTimestamp') * 1_000;
}

const marks = { running: '…', done: '✓', failed: '✗' } as const;
const tones = { running: 'yellow', done: 'green', failed: 'red' } as const;

function lines(told: Told, indent: string, last: boolean, nowMs: number): string[] {
  const took = tookOf(told, nowMs);
  const attempts = told.attempts > 1 ? `, ${told.attempts} attempts` : '';
  const words =
    told.words.startsWith('callback ') || told.words.length <= wordsMax
      ? told.words
      : `${told.words.slice(0, wordsMax)}…`;
  const head = [
    paint(tones[told.outcome], marks[told.outcome]),
    told.name,
    paint('dim', told.kind),
    `${took}${attempts}`,
    words,
  ];
  const below = `${indent}${last ? '  ' : '│ '}`;
  return [
    `${indent}${last ? '└ ' : '├ '}${head.filter((part) => part !== '').join('  ')}`,
    ...told.inside.flatMap((each, index) => lines(each, below, index === told.inside.length - 1, nowMs)),
  ];
}

function tookOf({ startedAt, endedAt }: Told, nowMs: number): string {
  const ms = (endedAt ?? nowMs) - startedAt;
  return ms < 10_000 ? `${Math.max(0, Math.round(ms))} ms` : formatAge(ms);
}
