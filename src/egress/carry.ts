import { connect, isIPv6, type LookupFunction, type Socket, type TcpSocketConnectOpts } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../model/clock.ts';
import type { CarriedConnection } from '../model/network.ts';
import type { EgressCount } from './counts.ts';
import type { Pace } from './pace.ts';
import type { Moved } from './policy/parse.ts';

/** A connection on which nothing goes either way for so long is reset. */
export const idleMsMax = 3_600_000;
/** What lies between a fast side and a slow one, each way: thousands may be slow. */
const bufferBytes = 16_384;
/** How long connecting may take. */
const connectMsMax = 20_000;
/** So long one address has before the next is tried, where a name has both kinds: Node's own 250 ms are over on a busy machine when all is well. */
const attemptMsMax = 2_500;
/** How long the other side of a connection that is ended in order may take to end its own half, before it is reset. */
const orderlyEndMsMax = 5_000;

/** How fast a connection may be: as the slowest of these, each of which it shares with others. */
export interface Speed {
  readonly paces: readonly Pace[];
  readonly clock: Clock;
}

/** Where a connection is to go: one of these addresses, the first that answers; all were allowed. */
export interface Allowed {
  readonly addresses: readonly [string, ...string[]];
  readonly port: number;
}

/** How those outside are told that a container stands still or has moved. */
export interface Telling {
  /** `end`: what came until then is sent, and the end of it; a side that does not end as well within 5 s is reset. */
  readonly moved: Moved;
  readonly clock: Clock;
}

/**
 * Connects `inner` to one of the addresses, to exactly those, and carries bytes both ways: one half may be closed before the
 * other, who is slow holds up the other side, and a reset on one side is one on the other.
 */
export function carry(
  inner: CarriedConnection,
  allowed: Allowed,
  count: EgressCount,
  telling: Telling,
  speed?: Speed,
): void {
  const how = { allowHalfOpen: true, noDelay: true, highWaterMark: bufferBytes };
  const outer = connect({ ...how, ...connecting(allowed) });
  bound(outer, 'connect');
  outer.once('connect', () => {
    if (speed === undefined) {
      inner.pipe(outer);
      outer.pipe(inner);
    } else {
      pour(inner, outer, speed);
      pour(outer, inner, speed);
    }
  });
  keepTogether(inner, outer);
  inner.onParting = () => parts(inner, outer, count, telling);
  count.watch(outer, 'outside');
}

/** How to connect to one of the addresses, and to exactly those. */
export function connecting({ addresses, port }: Allowed): TcpSocketConnectOpts {
  // What was checked is what is connected to: nothing is looked up again.
  const lookup: LookupFunction = (_name, options, found) => {
    const all = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
    if (options.all === true) found(null, all);
    else found(null, addresses[0], isIPv6(addresses[0]) ? 6 : 4);
  };
  const families = { autoSelectFamily: addresses.length > 1, autoSelectFamilyAttemptTimeout: attemptMsMax };
  return { ...families, host: 'checked', port, lookup };
}

/** Ends a connection that takes too long to be made, of which `made` tells, and one on which nothing is said for too long. */
export function bound(outer: Socket, made: 'connect' | 'secureConnect'): void {
  outer.setTimeout(connectMsMax, () => outer.destroy(new Error('It took too long to connect.')));
  outer.once(made, () => {
    outer.setTimeout(idleMsMax, () => outer.destroy(new Error('Nothing was said for too long.')));
  });
}

/** Its container stands still or has moved: gives whether what came until now is sent before the end. */
function parts(inner: Duplex, outer: Socket, count: EgressCount, { moved, clock }: Telling): boolean {
  count.moved += 1;
  if (moved === 'reset' || outer.connecting) return false;
  // What it says from now on, nobody hears.
  outer.unpipe(inner);
  outer.removeAllListeners('data').resume();
  const timer = clock.timer(orderlyEndMsMax, () => outer.resetAndDestroy());
  outer.once('close', () => {
    timer[Symbol.dispose]();
    inner.destroy();
  });
  return true;
}

/** As `pipe`, but not faster. */
function pour(from: Duplex, to: Duplex, { paces, clock }: Speed): void {
  from.on('data', (chunk: Buffer) => {
    const waitMs = Math.max(...paces.map((pace) => pace.take(chunk.length)));
    const room = to.write(chunk);
    let reasons = Number(!room) + Number(waitMs > 0);
    if (reasons === 0) return;
    from.pause();
    const goOn = (): void => {
      reasons -= 1;
      if (reasons === 0) from.resume();
    };
    if (!room) to.once('drain', goOn);
    if (waitMs > 0) clock.timer(waitMs, goOn);
  });
  from.once('end', () => to.end());
}

/** Whichever breaks, breaks the other. */
function keepTogether(inner: Duplex, outer: Socket): void {
  inner.once('close', () => {
    if (outer.destroyed) return;
    if (inner.readableEnded && inner.writableFinished) outer.end();
    else if (outer.connecting) outer.destroy();
    else outer.resetAndDestroy();
  });
  outer.on('error', () => inner.destroy());
  outer.once('close', (failed) => {
    if (failed) inner.destroy();
  });
}
