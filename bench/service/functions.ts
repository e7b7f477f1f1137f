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
  const { body = 'echo', memoryMb = 256, runtime = 'nodejs24.x' } = options;
  const zip = await zipOf('index.js', `exports.handler = async (event) => { ${statements(body)} };\n`);
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

async function zipOf(fileName: string, text: string): Promise<Buffer> {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(text), fileName);
  zip.end();
  const parts: Buffer[] = [];
  for await (const part of zip.outputStream) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}
