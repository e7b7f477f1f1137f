import type { ChannelRequest, CounterRequest, DictRequest, SharedReply } from '../../api/sharing.ts';
import type { Caller } from '../lifetime/home.ts';
import type { Asker } from '../lifetime/seat.ts';
import type { Shelf } from '../lifetime/shelf.ts';
import { done } from '../replies.ts';
import { Channel } from './channel.ts';
import { Counter } from './counter.ts';
import { Dict, type Version } from './dict.ts';

// Values that threads exchange: what is asked of channels, counters and dictionaries. The account calls these, one for each request. What
// values take of memory is counted here, and given back when they are taken out.
//
// Each of these does what is asked before it first awaits, so that requests take effect in the order of their calls.

export async function counterReply(
  counters: Shelf<Counter>,
  request: CounterRequest,
  asker: Asker,
): Promise<SharedReply> {
  const value = counters.use(
    request.name,
    asker,
    (home) => new Counter(home),
    (counter) => {
      switch (request.op) {
        case 'add':
          return counter.add(request.by);
        case 'get':
          return counter.value;
        default: // compareExchange
          return counter.compareExchange(request.expected, request.next);
      }
    },
  );
  return { type: 'number', value };
}

export async function channelReply(
  channels: Shelf<Channel>,
  request: ChannelRequest,
  asker: Asker,
): Promise<SharedReply> {
  const { name, capacity } = request;
  const use = <Result>(act: (channel: Channel, caller: Caller) => Result): Result =>
    channels.use(
      name,
      asker,
      (home) => new Channel(home, capacity),
      (channel, caller) => {
        channel.checkAgreed(capacity);
        return act(channel, caller);
      },
    );
  switch (request.op) {
    case 'send':
      await use((channel, caller) => channel.send(caller, request.value));
      return done;
    case 'recv': {
      const value = await use((channel, caller) => channel.recv(caller));
      return value === undefined ? { type: 'closed' } : { type: 'item', value };
    }
    default: // close
      use((channel) => channel.close());
      return done;
  }
}

export async function dictReply(
  dicts: Shelf<Dict>,
  request: DictRequest,
  asker: Asker,
  entriesMax: number,
): Promise<SharedReply> {
  const { key } = request;
  const use = <Result>(act: (dict: Dict, caller: Caller) => Result): Result =>
    dicts.use(request.name, asker, (home) => new Dict(home, entriesMax), act);
  switch (request.op) {
    case 'get':
      return version(use((dict) => dict.get(key)));
    case 'put':
      return { type: 'put', rev: use((dict) => dict.put(key, request.value, request)) };
    case 'delete':
      return { type: 'deleted', existed: use((dict) => dict.delete(key, request.ifRev)) };
    default: // watch
      return version(await use((dict, caller) => dict.watch(caller, key, request.seen)));
  }
}

function version({ rev, value }: Version): SharedReply {
  return { type: 'version', rev, value };
}
