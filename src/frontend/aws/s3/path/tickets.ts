import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../../model/clock.ts';
import type { InputSource } from './input.ts';
import type { StepOutput } from './output.ts';

/** What a function may do for one object: read what goes in, and write what comes out. As good as the addresses that it is told, for as long as it runs. */
export interface Ticket {
  readonly id: string;
  readonly account: string;
  readonly route: string;
  readonly token: string;
  readonly input: InputSource;
  readonly output: StepOutput;
}

/** How long the addresses say that they hold: a function's longest run. Their tickets end with the run itself. */
const expiresSeconds = 900;

/** Tickets of functions that run. In memory only. */
export class Tickets {
  readonly #byId = new Map<string, Ticket>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue(account: string, input: InputSource, output: StepOutput): Ticket {
    const id = `HDLT${randomBytes(8).toString('hex').toUpperCase()}`;
    const ticket = {
      id,
      account,
      route: `io-${id.toLowerCase()}`,
      token: randomBytes(32).toString('hex'),
      input,
      output,
    };
    this.#byId.set(id, ticket);
    return ticket;
  }

  end({ id }: Ticket): void {
    this.#byId.delete(id);
  }

  /** The one that a presigned address is of. */
  of(query: Readonly<Record<string, string>>): Ticket | undefined {
    const id = ticketIdOf(query);
    return id === undefined ? undefined : this.#checked(this.#byId.get(id), query['X-Amz-Signature']);
  }

  /** The one whose route and token these are. */
  named(route: string | undefined, token: string | undefined): Ticket | undefined {
    const id = /^io-(hdlt[0-9a-f]{16})$/.exec(route ?? '')?.[1]?.toUpperCase();
    return id === undefined ? undefined : this.#checked(this.#byId.get(id), token);
  }

  /** The query of a presigned address: it looks like any other, and its signature is the ticket's token. */
  query({ id, token }: Ticket, region: string): string {
    const stamp = `${new Date(this.#clock.wall()).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
    const credential = encodeURIComponent(`${id}/${stamp.slice(0, 8)}/${region}/s3/aws4_request`);
    return `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${credential}&X-Amz-Date=${stamp}&X-Amz-Expires=${expiresSeconds}&X-Amz-SignedHeaders=host&X-Amz-Signature=${token}`;
  }

  #checked(ticket: Ticket | undefined, token: string | undefined): Ticket | undefined {
    if (ticket === undefined || token?.length !== ticket.token.length) return undefined;
    return timingSafeEqual(Buffer.from(ticket.token, 'latin1'), Buffer.from(token, 'latin1')) ? ticket : undefined;
  }
}

/** Which ticket a presigned address is of, also one that is not known; undefined for an address of anything else. */
export function ticketIdOf(query: Readonly<Record<string, string>>): string | undefined {
  return /^(HDLT[0-9A-F]{16})\//.exec(query['X-Amz-Credential'] ?? '')?.[1];
}
