import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import { ClusterUnavailableError } from '../contract.ts';
import type { NatsLink } from '../nats/connection.ts';

/** The way to NATS servers of which none answers: whoever wants something of them is told so. */
export class DownLink implements NatsLink {
  readonly logger: Logger;
  readonly up = false;

  constructor(logger: Logger) {
    this.logger = logger;
  }

  get connection(): NatsConnection {
    throw down();
  }

  get jetstream(): JetStreamClient {
    throw down();
  }

  get manager(): JetStreamManager {
    throw down();
  }

  onChange(): Disposable {
    return { [Symbol.dispose]: () => undefined };
  }

  publish(): boolean {
    return false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    return undefined;
  }
}

function down(): ClusterUnavailableError {
  return new ClusterUnavailableError(
    "The cluster's NATS servers did not answer when this host was started, and do not yet.",
  );
}
