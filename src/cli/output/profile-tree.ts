import type { Shape } from '../../sdk/shape.ts';
import { paint } from './style.ts';

/** Calls as a tree: of each how often, how soon and how certain; and whether it would be prepared, or why not. */
export function profileTree(calls: readonly Shape[], indent = ''): string[] {
  const wide = Math.max(0, ...calls.map((call) => nameOf(call).length));
  return calls.flatMap((call, index) => {
    const last = index === calls.length - 1;
    const inside = call.list('calls');
    const line = `${indent}${last ? '└─' : '├─'} ${mark(call)} ${nameOf(call).padEnd(wide)}  ${words(call)}`;
    return [line, ...profileTree(inside, `${indent}${last ? '   ' : '│  '}`)];
  });
}

/** Hosts that a function connects to. */
export function hostLines(hosts: readonly Shape[]): string[] {
  return hosts.map((host) => `   ${host.text('host')}  ${number(host.number('perRun'))} connections a run`);
}

function mark(call: Shape): string {
  return call.flag('prepared') ? paint('green', '✓') : paint('yellow', '·');
}

function nameOf(call: Shape): string {
  const qualifier = call.text('qualifier');
  return qualifier === '' ? call.text('name') : `${call.text('name')}:${qualifier}`;
}

function words(call: Shape): string {
  const [perRun, together] = [call.number('perRun'), call.number('together')];
  const parts = [
    `${percent(call.number('share'))} of runs`,
    ...(perRun > 1.05 || together > 1.05 ? [`${number(perRun)} calls a run, ${number(together)} at once`] : []),
    `after ${ms(call.number('delayMs'))}${spread(call.number('spreadMs'))}`,
    `certainty ${percent(call.number('certainty'))}`,
    ...kinds(call),
    ...outcome(call),
  ];
  const why = call.text('why');
  return `${parts.join(', ')}${why === '' ? '' : paint('yellow', ` (${why})`)}`;
}

function kinds(call: Shape): string[] {
  const other = call.texts('kinds').filter((kind) => kind !== 'call');
  return other.length === 0 ? [] : [`by ${other.join(' and ')}`];
}

function outcome(call: Shape): string[] {
  const [useful, wasted] = [call.number('useful'), call.number('wasted')];
  return useful + wasted === 0 ? [] : [`prepared: ${number(useful)} useful, ${number(wasted)} in vain`];
}

function spread(spreadMs: number): string {
  return spreadMs < 0.5 ? '' : ` ± ${ms(spreadMs)}`;
}

function ms(value: number): string {
  if (value >= 10_000) return `${(value / 1_000).toFixed(0)} s`;
  return value >= 1_000 ? `${(value / 1_000).toFixed(1)} s` : `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function number(value: number): string {
  return value >= 10 ? value.toFixed(0) : String(Math.round(value * 10) / 10);
}
