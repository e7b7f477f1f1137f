import { formatMb, paint } from '../../output/style.ts';
import type { HostRow } from '../picture.ts';
import { cell, printable } from '../text.ts';
import { shareBar } from './header.ts';

const widths = [16, 11, 9, 9, 11, 12] as const;
const headings = ['HOST', 'STATE', 'RUNNING', 'WAITING', 'INSTANCES', 'CONTAINERS'] as const;
const tones = { there: 'green', draining: 'yellow', silent: 'red', 'no answer': 'yellow' } as const;
const [loadBar, memoryBar] = [8, 8];

/** Hosts of a cluster: those that are away first, then the busiest. */
export function hostLines(hosts: readonly HostRow[], width: number): { head: string; rows: string[] } {
  const line = (texts: readonly string[]): string =>
    texts.map((text, index) => cell(text, widths[index] ?? 0, index < 2 ? 'left' : 'right')).join('');
  const room = width - widths.reduce((sum, each) => sum + each, 0);
  const sorted = hosts.toSorted(
    (one, other) =>
      Number(one.state === 'there') - Number(other.state === 'there') ||
      other.running - one.running ||
      (one.name < other.name ? -1 : 1),
  );
  return {
    head: paint('dim', line(headings) + (room > 44 ? '  PROCESSORS        MEMORY' : '')),
    rows: sorted.map((host) => {
      const count = (value: number): string => value.toLocaleString('en-US');
      const cells = [
        printable(host.name),
        paint(tones[host.state], host.state),
        count(host.running),
        host.waiting > 0 ? paint('yellow', count(host.waiting)) : '0',
        count(host.instances),
        count(host.containers),
      ];
      return line(cells) + (room > 44 ? `  ${gauges(host)}` : '');
    }),
  };
}

function gauges({ processorLoad, processors, memoryMb, memoryMbMax }: HostRow): string {
  const load = `${shareBar(processors === 0 ? 0 : processorLoad / processors, loadBar)} ${cell(`${processorLoad.toFixed(1)}/${processors}`, 9)}`;
  const memory = `${shareBar(memoryMbMax === 0 ? 0 : memoryMb / memoryMbMax, memoryBar)} ${formatMb(memoryMb)} of ${formatMb(memoryMbMax)}`;
  return load + memory;
}
