import { join } from 'node:path';
import { type Started, startPinned } from '../service/process.ts';
import { plainText, region, signedText } from '../service/sign.ts';

/** A server beside which Heddle is measured. */
export interface Peer extends AsyncDisposable {
  readonly who: string;
  readonly port: number;
  readonly pid: number;
  /** What it is asked, head and body. */
  readonly request: string;
}

const credentials = { accessKeyId: 'AKIABENCH', secretAccessKey: 'of the benchmark' };
/** What answers each of the names, and whether it wants a signature. */
const programs = {
  'node:http': { file: 'http.ts', signed: false },
  'bare hop': { file: 'hop.ts', signed: false },
  Piscina: { file: 'piscina.ts', signed: false },
  'signed hop': { file: 'signed-hop.ts', signed: true },
} as const;

/** The peers that HTTP reaches, the barest first. */
export const peerNames: readonly (keyof typeof programs)[] = ['node:http', 'bare hop', 'signed hop', 'Piscina'];

/** Starts one of them with so many workers. */
export async function startPeer(
  who: keyof typeof programs,
  workers: number,
  body: string,
  cpus?: string,
): Promise<Peer> {
  const { file, signed } = programs[who];
  const keys = signed ? [...Object.values(credentials), region] : [];
  const started: Started = await startPinned(cpus, [join(import.meta.dirname, file), String(workers), ...keys]);
  const port = Number(started.firstLine);
  const request = signed ? await signedText(credentials, port, '/f', body) : plainText(port, body);
  const { pid } = started;
  return { who, port, pid, request, [Symbol.asyncDispose]: () => started[Symbol.asyncDispose]() };
}
