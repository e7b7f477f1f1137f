import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findProgram } from '../../../src/cli/bootstrap/missing.ts';
import { unpacked } from '../unpacked.ts';
import { monitoring } from './expressions.ts';

/** Debian's Prometheus and its tool. */
export interface PrometheusPrograms {
  readonly prometheus: string;
  readonly promtool: string;
}

/** This machine's own, else unpacked. Throws where neither is to be had. */
export async function prometheusPrograms(): Promise<PrometheusPrograms> {
  const path = process.env['PATH'] ?? '';
  const [prometheus, promtool] = [findProgram('prometheus', path), findProgram('promtool', path)];
  if (prometheus !== undefined && promtool !== undefined) return { prometheus, promtool };
  const folder = await unpacked('prometheus', ['usr/bin/prometheus', 'usr/bin/promtool']);
  return { prometheus: join(folder, 'prometheus'), promtool: join(folder, 'promtool') };
}

/** Runs promtool; `input` is what it reads. Gives its exit code and all that it said. */
export function runPromtool(
  { promtool }: PrometheusPrograms,
  args: readonly string[],
  input: string = '',
): { readonly status: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(promtool, args, { input, encoding: 'utf8', cwd: monitoring.prometheus });
  return { status, said: `${stdout}${stderr}` };
}

/** A Prometheus that scrapes one service, with the rules and alerts that are delivered. Gone when it is disposed. */
export interface RunningPrometheus extends AsyncDisposable {
  /** What its HTTP interface answers as `data`. `path`: below `/api/v1/`. */
  ask(path: string, query?: Readonly<Record<string, string>>): Promise<unknown>;
}

/** Starts it on loopback, with the delivered configuration but for the target's address and the times. */
export async function startPrometheus(programs: PrometheusPrograms, service: string): Promise<RunningPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'heddle-prometheus-'));
  const delivered = await readFile(join(monitoring.prometheus, 'prometheus.yml'), 'utf8');
  const config = delivered
    .replaceAll('127.0.0.1:4333', new URL(service).host)
    .replaceAll(/_interval: 15s/g, '_interval: 250ms');
  await writeFile(join(folder, 'prometheus.yml'), config);
  for (const file of ['rules.yml', 'alerts.yml']) await copyFile(join(monitoring.prometheus, file), join(folder, file));
  const port = await freePort();
  const child = spawn(
    programs.prometheus,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = once(child, 'exit');
  let said = '';
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  createInterface(child.stderr).on('line', (line) => {
    said += `${line}\n`;
    if (line.includes('Server is ready to receive web requests.')) resolve();
  });
  const ended = exited.then(([code]) => {
    throw new Error(`Prometheus ended with ${String(code)}:\n${said}`);
  });
  ended.catch(() => undefined);
  await Promise.race([ready, ended]);
  return {
    async ask(path, query = {}) {
      const response = await fetch(`http://127.0.0.1:${port}/api/v1/${path}?${new URLSearchParams(query).toString()}`);
      const answer: { status: string; data: unknown; error?: string } = Object(await response.json());
      if (answer.status !== 'success') throw new Error(`${JSON.stringify(query)}: ${answer.error}`);
      return answer.data;
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port }: AddressInfo = Object(server.address());
  server.close();
  await once(server, 'close');
  return port;
}
