// A closed-loop HTTP/1.1 load generator over raw sockets, run as a process of its own so that it can be pinned. A client
// library would cost as much as the servers it measures, and hide the ratio between them.
// Arguments: one JSON object, a Plan. Prints {requests, seconds, latenciesUs}.
import { connect } from 'node:net';

interface Plan {
  readonly port: number;
  /** The whole request, head and body, sent as it is. */
  readonly request: string;
  readonly connections: number;
  /** The warm-up ends when so many requests were answered, or so much time has passed. */
  readonly warmUpRequests: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

const plan: Plan = JSON.parse(process.argv[2] ?? '{}');
const request = Buffer.from(plan.request);
const started = performance.now();
let measureFrom = started + plan.warmUpMs;
let measureTo = measureFrom + plan.measureMs;
let answered = 0;
const latenciesUs: number[] = [];
let open = plan.connections;

/** Bytes of the complete response at the start of `bytes`, or 0 if it is not complete yet. Throws unless it is a 200. */
function responseLength(bytes: Buffer): number {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return 0;
  const head = bytes.toString('latin1', 0, headEnd);
  if (!head.startsWith('HTTP/1.1 200')) throw new Error(`The server answered: ${bytes.toString()}`);
  const length = /content-length: (\d+)/i.exec(head)?.[1];
  if (length === undefined) return bytes.toString('latin1').endsWith('0\r\n\r\n') ? bytes.length : 0;
  const end = headEnd + 4 + Number(length);
  return bytes.length >= end ? end : 0;
}

function run(): void {
  const socket = connect(plan.port, '127.0.0.1');
  socket.setNoDelay(true);
  let sentAt = 0;
  let rest: Buffer = Buffer.alloc(0);
  const send = (): void => {
    sentAt = performance.now();
    if (sentAt >= measureTo) {
      socket.destroy();
      open -= 1;
      if (open === 0) report();
      return;
    }
    socket.write(request);
  };
  socket.on('connect', send);
  socket.on('data', (part: Buffer) => {
    rest = rest.length === 0 ? part : Buffer.concat([rest, part]);
    if (responseLength(rest) === 0) return;
    rest = Buffer.alloc(0);
    if (sentAt >= measureFrom) latenciesUs.push((performance.now() - sentAt) * 1_000);
    else if (++answered === plan.warmUpRequests) endWarmUp();
    send();
  });
}

function endWarmUp(): void {
  measureFrom = Math.min(measureFrom, performance.now());
  measureTo = measureFrom + plan.measureMs;
}

function report(): void {
  const answer = { requests: latenciesUs.length, seconds: plan.measureMs / 1_000, latenciesUs };
  process.stdout.write(JSON.stringify(answer));
}

for (let n = 0; n < plan.connections; n += 1) run();
