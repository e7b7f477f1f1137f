import { ZipFile } from 'yazl';
import type { BenchService } from './service.ts';

/** What the benchmarked handlers do. */
export type Body =
  /** Answers with what it was given, as all do. */
  | 'echo'
  /** Waits so many milliseconds for something outside. */
  | { readonly waitMs: number }
  /** Computes what takes this machine so many milliseconds of processor time, outside of everything. */
  | { readonly computeMs: number };

function statements(body: Body): string {
  if (body === 'echo') return 'return event;';
  if ('computeMs' in body) return burning(body.computeMs);
  return `await new Promise((resolve) => setTimeout(resolve, ${body.waitMs})); return event;`;
}

function burn(rounds: number): number {
  let x = 1;
  for (let i = 0; i < rounds; i += 1) x = (Math.imul(x, 1_664_525) + 1_013_904_223 + i) | 0;
  return x;
}

function burning(ms: number): string {
  return `${burn.toString()}; if (burn(${Math.round(ms * roundsPerMs())}) === 7) console.log(7); return event;`;
}

let knownRoundsPerMs: number | undefined;

/** How much of it this process does in a millisecond of processor time. */
function roundsPerMs(): number {
  if (knownRoundsPerMs !== undefined) return knownRoundsPerMs;
  const rounds = 20_000_000;
  // V8 has compiled it when it counts.
  burn(rounds);
  const from = process.cpuUsage();
  burn(rounds);
  const { user, system } = process.cpuUsage(from);
  return (knownRoundsPerMs = rounds / ((user + system) / 1_000));
}

/** What a function is made of. */
export interface FunctionOptions {
  readonly body?: Body;
  readonly memoryMb?: number;
  readonly runtime?: string;
}

/** Deploys a function under `name`, and waits until it can be invoked. */
export async function deploy(service: BenchService, name: string, options: FunctionOptions = {}): Promise<void> {
  const { body = 'echo', ...more } = options;
  await deployCode(service, name, `exports.handler = async (event) => { ${statements(body)} };\n`, more);
}

/** The same for code of any kind, a CommonJS module that exports `handler`. */
export async function deployCode(
  service: BenchService,
  name: string,
  code: string,
  options: Omit<FunctionOptions, 'body'> = {},
): Promise<void> {
  await deployFiles(service, name, { 'index.js': code }, options);
}

/** The same for code of several files. */
export async function deployFiles(
  service: BenchService,
  name: string,
  files: Readonly<Record<string, string>>,
  { memoryMb = 256, runtime = 'nodejs24.x' }: Omit<FunctionOptions, 'body'> = {},
): Promise<void> {
  const zip = await zipOf(files);
  const request = {
    FunctionName: name,
    Runtime: runtime,
    Role: 'arn:aws:iam::000000000000:role/bench',
    Handler: 'index.handler',
    MemorySize: memoryMb,
    Timeout: 60,
    Code: { ZipFile: zip.toString('base64') },
  };
  await service.call('POST', '/2015-03-31/functions', JSON.stringify(request));
  for (;;) {
    const response = await service.call('GET', `/2015-03-31/functions/${name}/configuration`);
    const { State }: { State: string } = JSON.parse(await response.text());
    if (State === 'Active') return;
    if (State === 'Failed') throw new Error(`Function ${name} did not become active.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function zipOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [path, text] of Object.entries(files)) zip.addBuffer(Buffer.from(text), path);
  zip.end();
  const parts: Buffer[] = [];
  for await (const part of zip.outputStream) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}
