import { ZipFile } from 'yazl';
import type { BenchService } from './service.ts';

/** The benchmarked handler: answers with what it was given. */
const echo = 'exports.handler = async (event) => event;\n';

/** Deploys the echo function under `name` with `memoryMb`, and waits until it can be invoked. */
export async function deployEcho(service: BenchService, name: string, memoryMb: number): Promise<void> {
  const zip = await zipOf('index.js', echo);
  const body = {
    FunctionName: name,
    Runtime: 'nodejs24.x',
    Role: 'arn:aws:iam::000000000000:role/bench',
    Handler: 'index.handler',
    MemorySize: memoryMb,
    Timeout: 30,
    Code: { ZipFile: zip.toString('base64') },
  };
  await service.call('POST', '/2015-03-31/functions', JSON.stringify(body));
  for (;;) {
    const response = await service.call('GET', `/2015-03-31/functions/${name}/configuration`);
    const { State }: { State: string } = JSON.parse(await response.text());
    if (State === 'Active') return;
    if (State === 'Failed') throw new Error(`Function ${name} did not become active.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The path of an invocation of `name`. */
export function invokePath(name: string): string {
  return `/2015-03-31/functions/${name}/invocations`;
}

async function zipOf(fileName: string, text: string): Promise<Buffer> {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(text), fileName);
  zip.end();
  const parts: Buffer[] = [];
  for await (const part of zip.outputStream) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}
