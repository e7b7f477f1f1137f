import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { keyOf, once as buildOnce, type Build } from '../../../src/image/cache.ts';
import { thisDistribution } from '../../../src/image/debian.ts';
import { suiteSources } from '../../../src/image/package-sources.ts';
import { pythonOfRoot, pythonsOf } from '../../../src/image/python/python-compile.ts';
import { unpackRoot } from '../../../src/image/root/unpacked-root.ts';
import { testCache } from '../../../src/instance/testing/places.ts';

// A broker to try with: the one that librdkafka has for tests, in a process of its own. It speaks the protocol, keeps what it has in memory, gives
// partitions out to groups and keeps their offsets. It is no Apache Kafka: it has no transactions that abort, finds no offset by a time, and asks
// nobody who he is. Debian and npm have no other.

const packages = ['librdkafka1', 'python3'];
/** Bookworm's librdkafka is too old for clients of today. */
const release = 'trixie';

/** A cluster, of one broker where nothing else was asked for. */
export interface Broker extends AsyncDisposable {
  /** Of its first broker. */
  readonly port: number;
  topic(name: string, partitions: number): Promise<void>;
  /** Nobody is answered, until it is up again; what it has stays. */
  down(): Promise<void>;
  up(): Promise<void>;
  /** From now on this broker, counted from 1, has a partition. */
  lead(topic: string, partition: number, broker: number): Promise<void>;
}

/** Why there is no broker, or how one is started. */
export type Brokers =
  | { readonly skip: false; start(count?: number): Promise<Broker> }
  | { readonly skip: string; start?: undefined };

/** Brokers of the packages that Debian's mirror has. */
export async function brokers(): Promise<Brokers> {
  try {
    const root = await unpacked();
    return { skip: false, start: (count = 1) => start(root, count) };
  } catch (error) {
    const why = String(error).slice(0, 300);
    return { skip: `Debian's packages of ${release} (${packages.join(', ')}) cannot be had here: ${why}` };
  }
}

async function unpacked(): Promise<string> {
  const sources = await suiteSources(release);
  const hash = keyOf({ packages, release, distribution: await thisDistribution() });
  const build = async (into: Build): Promise<void> => await unpackRoot('librdkafka', packages, into, sources);
  const signal = AbortSignal.timeout(300_000);
  return await buildOnce(join(testCache(), 'test-tools'), `kafka-${hash}`, build, () => undefined, signal);
}

/**
 * Says READY and its address, then DONE to each line that it is told. The mock's JoinGroup of version 6 and the others of its time are not as Kafka
 * has them, so it is told to have none.
 */
const program = `
import ctypes, sys
lib = ctypes.CDLL('librdkafka.so.1')
pointer = ctypes.c_void_p
for name in ('rd_kafka_conf_new', 'rd_kafka_new', 'rd_kafka_mock_cluster_new'):
    getattr(lib, name).restype = pointer
lib.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
error = ctypes.create_string_buffer(512)
client = lib.rd_kafka_new(0, pointer(lib.rd_kafka_conf_new()), error, 512)
cluster = pointer(lib.rd_kafka_mock_cluster_new(pointer(client), int(sys.argv[1])))
lib.rd_kafka_mock_group_initial_rebalance_delay_ms(cluster, 100)
for key, most in ((11, 5), (12, 3), (13, 3), (14, 3)):
    lib.rd_kafka_mock_set_apiversion(cluster, ctypes.c_int16(key), ctypes.c_int16(0), ctypes.c_int16(most))
print('READY', lib.rd_kafka_mock_cluster_bootstraps(cluster).decode(), flush=True)
for line in sys.stdin:
    word, *more = line.split()
    if word == 'topic':
        code = lib.rd_kafka_mock_topic_create(cluster, more[0].encode(), int(more[1]), 1)
    elif word == 'lead':
        code = lib.rd_kafka_mock_partition_set_leader(cluster, more[0].encode(), int(more[1]), int(more[2]))
    elif word == 'down':
        code = lib.rd_kafka_mock_broker_set_down(cluster, 1)
    else:
        code = lib.rd_kafka_mock_broker_set_up(cluster, 1)
    print('DONE' if code == 0 else f'FAILED with {code}', flush=True)
`;

async function start(root: string, count: number): Promise<Broker> {
  const [name = ''] = await pythonsOf(root);
  const { command, env } = pythonOfRoot(root, name);
  const [file = '', ...rest] = command;
  const child = spawn(file, [...rest, '-c', program, `${count}`], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  const exited = once(child, 'exit');
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('The broker ended.');
    return value;
  };
  const tell = async (line: string): Promise<void> => {
    child.stdin.write(`${line}\n`);
    const answer = await next();
    if (answer !== 'DONE') throw new Error(`The broker was told "${line}" and ${answer}.`);
  };
  const [, port] = /^READY 127\.0\.0\.1:(\d+)/.exec(await next()) ?? [];
  return {
    port: Number(port),
    topic: (topic, partitions) => tell(`topic ${topic} ${partitions}`),
    down: () => tell('down'),
    up: () => tell('up'),
    lead: (topic, partition, broker) => tell(`lead ${topic} ${partition} ${broker}`),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
