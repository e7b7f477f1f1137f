import type { Duplex } from 'node:stream';
import { addressIn } from '../../protocol/dns/message.ts';
import { likelyPorts } from '../../protocol/likely-ports.ts';
import { RelayLink } from '../relay/relay-link.ts';
import type { BootedContainer } from './booted-container.ts';

/** What is told of a guest's relay. */
export interface GuestRelayEvents {
  /** See `RelayEvents`. */
  readonly onLimited: (reason: string) => void;
  /** It said what no relay says. */
  readonly onLost: (error: Error) => void;
  /** It said something. */
  readonly onHeard: () => void;
}

/** The link to a guest's relay, which tells each of its containers, by their channels, what its code wants. */
export function guestRelay(
  channel: Duplex,
  containers: ReadonlyMap<number, BootedContainer>,
  { onLimited, onLost, onHeard }: GuestRelayEvents,
): RelayLink {
  let limited = false;
  const link = new RelayLink(channel, {
    onConnection: (number, to, connection) => {
      const container = containers.get(number);
      if (container === undefined) connection.destroy();
      else container.outside.connects(to, connection);
    },
    onRefused: (number, to, by) => containers.get(number)?.outside.refused(to, by),
    onQuery: (number, message, answer) => {
      const container = containers.get(number);
      if (container === undefined) return answer(Buffer.alloc(0));
      container.outside.asks(message, (answered) => {
        const address = limited ? addressIn(answered) : undefined;
        // What it connects to next, it does when it has the answer.
        if (address !== undefined) link.listen(number, address, likelyPorts(container.outside.ports));
        answer(answered);
      });
    },
    onLimited: (reason) => {
      limited = true;
      onLimited(reason);
    },
    onHeard,
    onEnd: (error) => {
      if (error !== undefined) onLost(error);
    },
  });
  return link;
}
