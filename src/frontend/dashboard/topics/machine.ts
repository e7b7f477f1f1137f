import { cpus, freemem, hostname, loadavg, release, totalmem } from 'node:os';
import type { DriverRow, LimitRow, MachineRow } from '../../../model/dashboard/machine.ts';
import { limits } from '../../../model/limits.ts';
import type { FrontendOptions } from '../../context.ts';
import { recentSnapshot } from '../recent-snapshot.ts';
import type { Topic } from '../topic.ts';

const mib = 1_048_576;
/** Steps in which memory that is in use is told, MiB: nobody reads more, and less changes all the time. */
const stepMb = 8;

/** What the service runs on: the machine, what drivers are known to do on it, what there is of memory, and what bounds everything. The operator's. */
export function openMachine(options: FrontendOptions): Topic {
  const all = cpus();
  const facts: MachineRow = {
    kind: 'facts',
    name: hostname(),
    kernel: release(),
    processors: all.length,
    processor: all[0]?.model.trim() ?? 'unknown',
    node: process.version,
    pid: process.pid,
  };
  const memory = (): MachineRow => {
    const instances = recentSnapshot(options).memory;
    return {
      kind: 'memory',
      totalMb: Math.round(totalmem() / mib),
      availableMb: stepped(freemem() / mib),
      serviceMb: stepped(process.memoryUsage.rss() / mib),
      load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
      ...(instances !== undefined && { instances }),
    };
  };
  return {
    name: 'machine',
    everyMs: 2_000,
    operatorsOnly: true,
    async rows({ account }) {
      const drivers = (await options.drivers?.()) ?? [];
      return new Map<string, MachineRow>([
        ['facts', facts],
        ['memory', memory()],
        ...drivers.map((row, n): [string, DriverRow] => [`driver ${n}`, row]),
        ...limitsOf(options, account).map((row): [string, LimitRow] => [`limit ${row.name}`, row]),
      ]);
    },
  };
}

function stepped(mb: number): number {
  return Math.round(mb / stepMb) * stepMb;
}

function limitsOf(options: FrontendOptions, account: string): readonly LimitRow[] {
  const { settings, functionMbMax, concurrencyMaxOf } = options;
  const kind = 'limit';
  return [
    { kind, name: 'Memory of all instances', value: settings.memoryMb, unit: 'MiB', by: '--memory' },
    { kind, name: 'Memory of one function', value: functionMbMax, unit: 'MiB' },
    { kind, name: 'Calls of this account at once', value: concurrencyMaxOf(account), unit: 'calls' },
    { kind, name: 'Calls that may wait', value: recentSnapshot(options).queue.max, unit: 'calls' },
    { kind, name: 'Payload of a call', value: limits.payloadBytesMax, unit: 'bytes' },
    { kind, name: 'Streamed answer', value: limits.streamBytesMax, unit: 'bytes' },
    { kind, name: 'Payload of an event', value: limits.eventPayloadBytesMax, unit: 'bytes' },
    { kind, name: 'Output of a call', value: limits.logBytesMax, unit: 'bytes' },
  ];
}
