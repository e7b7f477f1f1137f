import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Bucket } from '../../../objects/contract.ts';
import type { ObjectStore } from '../../../objects/object-store.ts';
import type { AccessKey } from '../../../store/contract.ts';
import type { FrontendOptions } from '../../context.ts';
import type { Objects } from '../../objects.ts';
import type { LoopGuard } from '../../lambda/invocation/loop-guard.ts';
import type { Payload } from './auth/payload.ts';
import type { Place } from './path/place.ts';
import type { Tickets } from './path/tickets.ts';

/** What S3 is served with. */
export interface S3Options {
  readonly frontend: Pick<
    FrontendOptions,
    | 'store'
    | 'gate'
    | 'homes'
    | 'identityOf'
    | 'settings'
    | 'clock'
    | 'logger'
    | 'workerManager'
    | 'events'
    | 'whyMissing'
    | 'random'
  >;
  readonly objects: Objects;
  /** Fires when the service takes nothing more. */
  readonly stopping: AbortSignal;
  /** Called when an answer has left. */
  readonly answered: () => void;
}

/** The same once it is loaded. */
export interface S3Context extends S3Options {
  readonly store: ObjectStore;
  readonly tickets: Tickets;
  readonly loops: LoopGuard;
}

/** One request whose signature was checked. */
export interface S3Call {
  readonly context: S3Context;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly receivedAt: number;
  readonly account: string;
  readonly key: AccessKey;
  /** Empty where the request names none; it may be an access point. */
  readonly bucketName: string;
  /** Empty where the request names none. */
  readonly objectKey: string;
  /** Decoded; the first of each name. */
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The body as it was meant, to be read once. */
  readonly payload: Payload;
  /** The bucket. Throws NoSuchBucket. */
  bucket(): Bucket;
  /** The bucket, and which functions its objects go through when they are asked for by this name. Throws NoSuchBucket. */
  place(): Place;
}

/** An answer, or nothing where it was sent already. */
export interface S3Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A document. */
  readonly xml?: string;
}

/** One operation. */
export type S3Operation = (call: S3Call) => Promise<S3Reply | undefined>;
