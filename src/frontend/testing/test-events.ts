import { systemClock } from '../../model/clock.ts';
import { createLogger } from '../observing/logger.ts';
import { Events, type EventParts } from '../events.ts';

/** Events as a service has them, but for connections out of it, which a test that wants some brings along. */
export function testEvents({ durable, ...parts }: TestEventParts & Pick<EventParts, 'durable'>): Events {
  return new Events({ ...testEventParts(parts), durable });
}

type TestEventParts = Pick<EventParts, 'store' | 'workerManager' | 'region'> &
  Partial<EventParts> & { readonly account: string };

/** What those are made with beside their store. */
export function testEventParts({ account, ...parts }: TestEventParts): Omit<EventParts, 'durable'> {
  const refused = (): Promise<never> => Promise.reject(new Error('This test sends nothing out.'));
  return {
    poster: { within: refused, freely: refused },
    outside: { services: {}, ownAccount: account },
    connections: { connections: {}, ownAccount: account },
    clock: systemClock,
    logger: createLogger('silent'),
    ...parts,
  };
}
