import { setTimeout as wait } from 'node:timers/promises';
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  GetEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { outcomeOf } from '../../src/frontend/testing/fake-worker-manager.ts';
import { startTestFrontend, type TestFrontend } from '../../src/frontend/testing/test-frontend.ts';
import { zipOf } from '../../src/frontend/testing/zip-of.ts';
import type { SourceConnection } from '../../src/model/functions/settings.ts';

/** A record as the function got it; of what it has. */
export interface Got {
  readonly messageId: string;
  readonly body?: string;
  readonly fields?: Readonly<Record<string, string>>;
  readonly eventSource: string;
  readonly eventSourceARN: string;
}

/** A record of Kafka, of what it has. */
interface OfKafka {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly value?: string;
}

/** A service whose function says what it gets, and fails where it gets "fail". */
export class Fed implements AsyncDisposable {
  readonly service: TestFrontend;
  readonly client: LambdaClient;
  readonly batches: Got[][] = [];
  readonly events: Readonly<Record<string, unknown>>[] = [];
  /** What the function answers where it does not fail. */
  answer: (records: readonly Got[]) => unknown = () => null;
  readonly #lookers = new Set<() => void>();
  /** Waited for before the function answers. */
  gate: Promise<void> = Promise.resolve();

  private constructor(service: TestFrontend) {
    this.service = service;
    this.client = service.client();
    service.workerManager.behaviour = async ({ payload }) => {
      const event = JSON.parse(Buffer.from(payload).toString());
      const records: Got[] = event.Records ?? Object.values<OfKafka[]>(event.records).flat().map(ofKafka);
      this.events.push(event);
      this.batches.push(records);
      for (const look of this.#lookers) look();
      await this.gate;
      if (records.some(({ body, fields }) => (body ?? fields?.['body']) === 'fail'))
        return outcomeOf(Buffer.from('{"errorMessage":"told to"}'), {
          result: { ok: false, functionError: 'Unhandled', payload: Buffer.from('{"errorMessage":"told to"}') },
        });
      return outcomeOf(Buffer.from(JSON.stringify(this.answer(records))));
    };
  }

  static async start(connections: Readonly<Record<string, SourceConnection>>, home?: string): Promise<Fed> {
    const eventParts = { connections: { connections, ownAccount: '000000000000' } };
    const service = await startTestFrontend({ eventParts, ...(home !== undefined && { home }) });
    eventParts.connections.ownAccount = service.key.account;
    const fed = new Fed(service);
    await fed.client.send(
      new CreateFunctionCommand({
        FunctionName: 'takes',
        Runtime: 'nodejs24.x',
        Role: 'arn:aws:iam::000000000000:role/any',
        Handler: 'index.handler',
        Code: { ZipFile: await zipOf({ 'index.js': '' }) },
      }),
    );
    return fed;
  }

  async map(what: string, more: Partial<CreateEventSourceMappingCommandInput> = {}): Promise<string> {
    const made = await this.client.send(
      new CreateEventSourceMappingCommand({
        FunctionName: 'takes',
        EventSourceArn: `arn:aws:heddle-source:::${what}`,
        ...more,
      }),
    );
    return made.UUID ?? '';
  }

  get bodies(): readonly string[] {
    return this.batches.flat().map(({ body, fields }) => body ?? fields?.['body'] ?? '');
  }

  async until(holds: () => boolean): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!holds()) return;
        this.#lookers.delete(look);
        resolve();
      };
      this.#lookers.add(look);
    });
  }

  /** Until what was counted last says so. */
  async result(UUID: string, wanted: RegExp): Promise<void> {
    for (;;) {
      const { LastProcessingResult = '' } = await this.client.send(new GetEventSourceMappingCommand({ UUID }));
      if (wanted.test(LastProcessingResult)) return;
      await wait(10);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service[Symbol.asyncDispose]();
  }
}

function ofKafka({ topic, partition, offset, value = '' }: OfKafka): Got {
  const body = Buffer.from(value, 'base64').toString();
  return { messageId: `${topic}-${partition}-${offset}`, body, eventSource: 'SelfManagedKafka', eventSourceARN: '' };
}
