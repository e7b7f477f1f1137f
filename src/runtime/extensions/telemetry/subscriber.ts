import { deliveryTo, type Delivery } from './delivery.ts';
import type { EventFormat, Subscription, TelemetryType } from './subscription.ts';

/** Pauses before a batch that was not taken is sent again, milliseconds; after the last it is dropped. */
const pausesMs = [50, 100, 200, 400, 800, 1_600];
/** Batches that wait behind the one that is being sent. What comes beyond is dropped. */
const waitingMax = 1;

/** An event as JSON, in the formats that have it. */
export interface EncodedEvent {
  readonly type: TelemetryType;
  readonly texts: Partial<Readonly<Record<EventFormat, string>>>;
}

/** Is told of what a subscriber did not take. */
export type OnDropped = (events: number, bytes: number, reason: string) => void;

interface Batch {
  readonly events: string[];
  bytes: number;
}

/**
 * One extension's subscription: collects events, and sends them to its listener in batches, one after the other. What it holds is bounded:
 * a listener that is slower than its events loses whole batches, and is told how much.
 */
export class Subscriber {
  readonly #subscription: Subscription;
  readonly #delivery: Delivery;
  readonly #onDropped: OnDropped;
  #batch: Batch | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #waiting: Batch[] = [];
  #sending: Promise<void> | undefined;

  constructor(
    subscription: Subscription,
    onDropped: OnDropped,
    delivery: Delivery = deliveryTo(subscription.destination),
  ) {
    this.#subscription = subscription;
    this.#onDropped = onDropped;
    this.#delivery = delivery;
  }

  offer({ type, texts }: EncodedEvent): void {
    const { types, format, maxItems, maxBytes, timeoutMs } = this.#subscription;
    const event = texts[format];
    if (event === undefined || !types.includes(type)) return;
    const batch = (this.#batch ??= { events: [], bytes: 0 });
    batch.events.push(event);
    batch.bytes += Buffer.byteLength(event);
    this.#timer ??= setTimeout(() => this.#due(), timeoutMs);
    if (batch.events.length < maxItems && batch.bytes < maxBytes) return;
    if (this.#hasRoom) return this.#pass();
    this.#batch = undefined;
    this.#drop(batch, tooSlow);
  }

  /** Sends what there is without waiting for more. Resolves when all was taken, or dropped. */
  async flush(): Promise<void> {
    while (!this.#hasRoom) await this.#sending;
    this.#pass();
    while (this.#sending !== undefined) await this.#sending;
  }

  /** Nothing is to be sent any more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#delivery.close();
  }

  get #hasRoom(): boolean {
    return this.#sending === undefined || this.#waiting.length < waitingMax;
  }

  #due(): void {
    this.#timer = undefined;
    if (this.#hasRoom) this.#pass();
    else this.#timer = setTimeout(() => this.#due(), this.#subscription.timeoutMs);
  }

  #pass(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#batch;
    this.#batch = undefined;
    if (batch === undefined) return;
    this.#waiting.push(batch);
    this.#sending ??= this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    for (let batch = this.#waiting.shift(); batch !== undefined; batch = this.#waiting.shift()) await this.#send(batch);
    this.#sending = undefined;
  }

  async #send(batch: Batch): Promise<void> {
    for (const pauseMs of [...pausesMs, undefined]) {
      try {
        return await this.#delivery.send(batch.events);
      } catch (error) {
        if (pauseMs === undefined) return this.#drop(batch, `could not send events: ${String(error)}`);
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
  }

  #drop({ events, bytes }: Batch, reason: string): void {
    // A listener that is gone would be told of that for ever.
    if (!events.every((event) => event.includes('"type":"platform.logsDropped"')))
      this.#onDropped(events.length, bytes, reason);
  }
}

/** AWS Lambda's words. */
const tooSlow = 'Consumer seems to have fallen behind as it has not acknowledged receipt of logs.';
