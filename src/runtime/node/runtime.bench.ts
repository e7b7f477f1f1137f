import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { nodes, TestedRuntime } from './testing.ts';

// `node src/runtime/node/runtime.bench.ts [24|22]`: what the runtime costs, beside a process that only echoes bytes.

const warmUps = 500;
const rounds = 5_000;
const starts = 40;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function report(title: string, samples: number[]): void {
  samples.sort((a, b) => a - b);
  const at = (share: number): string => (samples[Math.floor(samples.length * share)] ?? Number.NaN).toFixed(3);
  print(`${title.padEnd(44)} p50 ${at(0.5)}  p99 ${at(0.99)}  ms  (n=${samples.length})`);
}

async function timed(times: number, round: () => Promise<unknown>): Promise<number[]> {
  const samples: number[] = [];
  for (let index = 0; index < times; index++) {
    const startedAt = performance.now();
    await round();
    samples.push(performance.now() - startedAt);
  }
  return samples;
}

async function bareEcho(node: string): Promise<void> {
  const code = `const s = new (require('node:net').Socket)({ fd: 3 }); s.on('data', (d) => s.write(d));`;
  const child = spawn(node, ['-e', code], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
  const channel = child.stdio[3];
  if (!(channel instanceof Duplex)) throw new Error('The echo has no channel.');
  const payload = Buffer.alloc(150);
  const round = (): Promise<void> =>
    new Promise((resolve) => {
      channel.once('data', () => resolve());
      channel.write(payload);
    });
  await timed(warmUps, round);
  report('bare echo of 150 bytes', await timed(rounds, round));
  child.kill();
}

const commonJs = { 'index.js': `exports.handler = async (event) => event;` };
const esModule = { 'index.mjs': `import fs from 'node:fs'; export const handler = async (event) => event;` };

async function repeated(node: string): Promise<void> {
  await using runtime = await TestedRuntime.start(commonJs, { node });
  await runtime.first();
  await timed(warmUps, () => runtime.invoke({ key: 'value' }));
  report('repeated invoke', await timed(rounds, () => runtime.invoke({ key: 'value' })));
}

async function first(node: string, title: string, files: Record<string, string>): Promise<void> {
  const toAnswer: number[] = [];
  const toStart: number[] = [];
  const toHello: number[] = [];
  let memory = '';
  for (let index = 0; index < starts; index++) {
    const bornAt = performance.now();
    await using runtime = await TestedRuntime.start(files, { node });
    toHello.push(performance.now() - bornAt);
    if (index === 0) memory = memoryOf(runtime.process.pid ?? 0);
    const startedAt = performance.now();
    const { startMs } = await runtime.first();
    toStart.push(startMs);
    toAnswer.push(performance.now() - startedAt);
  }
  report(`${title}: process to hello`, toHello.slice(1));
  report(`${title}: load to started`, toStart);
  report(`${title}: load to first answer`, toAnswer);
  print(`${title}: blank process ${memory}`);
}

function memoryOf(pid: number): string {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const of = (name: string): string => {
    const kib = Number(new RegExp(`^${name}: +(\\d+)`, 'm').exec(rollup)?.[1]);
    return `${name} ${(kib / 1_024).toFixed(1)} MiB`;
  };
  return `${of('Rss')}, ${of('Pss')}, ${of('Private_Dirty')}`;
}

async function bareMemory(node: string): Promise<void> {
  const child = spawn(node, ['-e', `console.log('up'); setInterval(() => {}, 1e6);`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  print(`bare Node: ${memoryOf(child.pid ?? 0)}`);
  child.kill();
}

const node = process.argv[2] === '22' ? nodes['22'] : nodes['24'];
await bareEcho(node);
await repeated(node);
await first(node, 'CommonJS', commonJs);
await first(node, 'ES module', esModule);
await bareMemory(node);
