import { logsEvent } from './logs-format.ts';
import { Subscriber, type EncodedEvent } from './subscriber.ts';
import type { Subscription, TelemetryType } from './subscription.ts';

/** What only the Telemetry API's predecessor tells. */
const logsOnly = ['end'];
/** What is kept of the time before the last subscription could come, bytes; beyond it the oldest go. */
const earlyBytesMax = 1_048_576;

/** What subscribers hear, in the order in which it happened. Whoever subscribes during initialisation hears of it from its beginning. */
export class Telemetry {
  readonly #subscribers = new Map<string, Subscriber>();
  #early: EncodedEvent[] | undefined = [];
  #earlyBytes = 0;
  /** Log lines are JSON where the function's log is. */
  jsonLog = false;

  /** Gives false where that is over. */
  subscribe(name: string, subscription: Subscription): boolean {
    if (this.#early === undefined) return false;
    // As often as it likes.
    if (this.#subscribers.has(name)) return true;
    const subscriber = new Subscriber(subscription, (droppedRecords, droppedBytes, reason) =>
      this.platform('logsDropped', { droppedBytes, droppedRecords, reason }),
    );
    for (const event of this.#early) subscriber.offer(event);
    this.#subscribers.set(name, subscriber);
    this.platform('telemetrySubscription', { name, state: 'Subscribed', types: subscription.types });
    return true;
  }

  /** Nobody can subscribe any more. */
  closeSubscriptions(): void {
    this.#early = undefined;
  }

  /** An event of the platform, by what follows `platform.` in its type. */
  platform(type: string, record: object): void {
    const text = encoded(`platform.${type}`, record);
    const logs = logsEvent(type, record);
    const log = logs && encoded(logs.type, logs.record);
    this.#emit({
      type: 'platform',
      texts: {
        ...(logsOnly.includes(type) ? {} : { text, objects: text }),
        ...(log === undefined ? {} : { 'logs-2021': log, ...(logs?.later === true ? {} : { logs: log }) }),
      },
    });
  }

  /** A line that the function or an extension printed, without its end. */
  line(type: Exclude<TelemetryType, 'platform'>, text: string): void {
    const plain = encoded(type, text);
    const record = this.jsonLog && type === 'function' ? recordOf(text) : undefined;
    const objects = record === undefined ? plain : encoded(type, record);
    this.#emit({ type, texts: { text: plain, objects, logs: plain, 'logs-2021': plain } });
  }

  /** Resolves when all is delivered, or dropped. */
  async flush(): Promise<void> {
    await Promise.all([...this.#subscribers.values()].map((subscriber) => subscriber.flush()));
  }

  close(): void {
    for (const subscriber of this.#subscribers.values()) subscriber.close();
  }

  #emit(event: EncodedEvent): void {
    for (const subscriber of this.#subscribers.values()) subscriber.offer(event);
    if (this.#early === undefined) return;
    this.#early.push(event);
    this.#earlyBytes += bytesOf(event);
    while (this.#earlyBytes > earlyBytesMax) this.#earlyBytes -= bytesOf(this.#early.shift());
  }
}

/** Nearly: they differ by little, and the longest is not the point. */
function bytesOf(event: EncodedEvent | undefined): number {
  return event?.texts.text?.length ?? 0;
}

function encoded(type: string, record: object | string): string {
  return JSON.stringify({ time: new Date().toISOString(), type, record });
}

function recordOf(text: string): object | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
