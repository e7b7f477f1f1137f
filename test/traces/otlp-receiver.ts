import { once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import root from 'otlp-proto-root/build/src/generated/root.js';

/** A message of OpenTelemetry's protocol, as the code says that protobuf's compiler made of its definitions. */
interface Message {
  decode(bytes: Uint8Array): Decoded;
  encode(message: object): { finish(): Uint8Array };
}

/** Of an ExportTraceServiceRequest, what is looked at. */
interface Decoded {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly KeyValue[] };
    readonly scopeSpans?: readonly {
      readonly scope?: { readonly name?: string };
      readonly spans?: readonly WireSpan[];
    }[];
  }[];
}

/** A whole number of 64 bits. */
interface Long {
  readonly low: number;
  toString(): string;
}

interface WireSpan {
  readonly traceId?: Uint8Array;
  readonly spanId?: Uint8Array;
  readonly parentSpanId?: Uint8Array;
  readonly traceState?: string;
  readonly name?: string;
  readonly kind?: number;
  readonly startTimeUnixNano?: number | Long;
  readonly endTimeUnixNano?: number | Long;
  readonly attributes?: readonly KeyValue[];
  readonly status?: { readonly code?: number };
}

/** The package's own types know nothing of what is in it. */
function messageOf(name: string): Message {
  const path = ['opentelemetry', 'proto', 'collector', 'trace', 'v1', name];
  const found = path.reduce<unknown>((at, part) => Reflect.get(Object(at), part), root);
  if (isMessage(found)) return found;
  throw new TypeError(`There is no message ${name} in otlp-proto-root.`);
}

function isMessage(value: unknown): value is Message {
  return typeof value === 'function' && 'decode' in value && 'encode' in value;
}

const ExportTraceServiceRequest = messageOf('ExportTraceServiceRequest');
const ExportTraceServiceResponse = messageOf('ExportTraceServiceResponse');

/** A span as it was received. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty where it has none. */
  readonly parentId: string;
  readonly traceState: string;
  readonly name: string;
  /** `SPAN_KIND_SERVER` and the like, as numbers. */
  readonly kind: number;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly scope: string;
  /** 2: an error. */
  readonly status: number;
}

/** A receiver of traces by OTLP over HTTP, in protobuf: OpenTelemetry's own messages, decoded with its own definitions. */
export interface OtlpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly spans: readonly ReceivedSpan[];
  /** What its requests said they are. */
  readonly types: ReadonlySet<string>;
  /** Resolves when what was received is enough. */
  until(enough: (spans: readonly ReceivedSpan[]) => boolean): Promise<readonly ReceivedSpan[]>;
  /** Forgets what it has received. */
  clear(): void;
  /** Answers nothing from now on, until it is called again with false. */
  hold(held: boolean): void;
  /** Refuses all from now on. */
  refuse(status: number): void;
  /** Answers with success from now on, and that it has not kept so many spans of each batch. */
  rejectOfEach(spans: number, why: string): void;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const types = new Set<string>();
  const waiting = new Set<() => void>();
  let held: PromiseWithResolvers<void> | undefined;
  let status = 200;
  let partialSuccess: { readonly rejectedSpans: number; readonly errorMessage: string } | undefined;
  const server = createServer((request, response) => {
    void (async () => {
      const body = await buffer(request);
      await held?.promise;
      types.add(`${request.method} ${request.url} ${request.headers['content-type']}`);
      response.writeHead(status, { 'content-type': 'application/x-protobuf' });
      response.end(ExportTraceServiceResponse.encode({ partialSuccess }).finish());
      if (status !== 200) return;
      spans.push(...received(request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body));
      for (const look of waiting) look();
    })();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    spans,
    types,
    until: (enough) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!enough(spans)) return;
          waiting.delete(look);
          resolve(spans);
        };
        waiting.add(look);
        look();
      }),
    clear: () => void spans.splice(0),
    hold: (hold) => {
      if (!hold) held?.resolve();
      held = hold ? Promise.withResolvers<void>() : undefined;
    },
    refuse: (given) => void (status = given),
    rejectOfEach: (rejectedSpans, errorMessage) => void (partialSuccess = { rejectedSpans, errorMessage }),
    [Symbol.asyncDispose]: async () => {
      held?.resolve();
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

function received(body: Uint8Array): ReceivedSpan[] {
  const { resourceSpans } = ExportTraceServiceRequest.decode(body);
  return (resourceSpans ?? []).flatMap(({ resource, scopeSpans }) =>
    (scopeSpans ?? []).flatMap(({ scope, spans }) =>
      (spans ?? []).map((span) => ({
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentId: hex(span.parentSpanId),
        traceState: span.traceState ?? '',
        name: span.name ?? '',
        kind: span.kind ?? 0,
        startNs: BigInt(String(span.startTimeUnixNano ?? 0)),
        endNs: BigInt(String(span.endTimeUnixNano ?? 0)),
        attributes: valuesOf(span.attributes),
        resource: valuesOf(resource?.attributes),
        scope: scope?.name ?? '',
        status: span.status?.code ?? 0,
      })),
    ),
  );
}

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex');
}

interface KeyValue {
  readonly key?: string | null;
  readonly value?: {
    readonly stringValue?: string | null;
    readonly boolValue?: boolean | null;
    readonly intValue?: number | Long | null;
    readonly doubleValue?: number | null;
  } | null;
}

function valuesOf(list: readonly KeyValue[] | null | undefined): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { key, value } of list ?? []) {
    const { stringValue, boolValue, intValue, doubleValue } = value ?? {};
    const number = intValue === undefined || intValue === null ? doubleValue : Number(String(intValue));
    // Each has its own of these set, as a message of protobuf has one of several; the others stand at their defaults.
    values[key ?? ''] = ownOf(value, 'stringValue') ? stringValue : ownOf(value, 'boolValue') ? boolValue : number;
  }
  return values;
}

function ownOf(value: object | null | undefined, name: string): boolean {
  return value !== null && value !== undefined && Object.hasOwn(value, name);
}
