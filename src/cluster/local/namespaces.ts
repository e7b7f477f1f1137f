import { enter, ip, ipBatch, runIn } from './ip-command.ts';
import type { LocalNetwork, NetworkFaults } from './network.ts';

// Each machine has a network namespace with one link to a router, which is a namespace of its own: there, links are cut by rules of routing (which every kernel has that has
// namespaces), in one direction if need be, and without anybody being told, as where a switch is dead. Neither netfilter nor netem is needed.
//
// A cluster has one of 256 networks 10.213.N.0/24, of which each machine, and this program, has a /30: the router is its first address, the machine its second.

const networks = 256;
const machinesMax = 62;
/** Longest that a packet waits for a slow link before it is dropped, ms. */
const queueMsMax = 400;

/** Why no network namespaces can be made here; undefined where they can. */
export async function whyNoNamespaces(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'only root may make network namespaces';
  const name = `heddle-try-${process.pid}`;
  try {
    await ip('netns', 'add', name);
    await runIn(name, 'true');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await ip('netns', 'del', name).catch(() => undefined);
  }
}

/** A network namespace for each machine, and a router between them. Throws where none can be made, with nothing left. */
export async function openNamespaces(machines: number): Promise<LocalNetwork> {
  if (machines > machinesMax) throw new RangeError(`A network has ${machinesMax} machines at most, not ${machines}.`);
  await using undo = new AsyncDisposableStack();
  const { network, router } = await claimNetwork(undo);
  const address = (n: number, side: 1 | 2): string => `10.213.${network}.${n * 4 + side}`;
  const nameOf = (n: number): string => `heddle-${network}-m${n}`;
  await runIn(router, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward');
  await ipBatch(undefined, [
    `link add heddle-${network} type veth peer name v0 netns ${router}`,
    `addr add ${address(0, 2)}/30 dev heddle-${network}`,
    `link set heddle-${network} up`,
  ]);
  // The link goes with the router's namespace, the route with the link.
  await ipBatch(router, [`addr add ${address(0, 1)}/30 dev v0`, 'link set v0 up', 'link set lo up']);
  await ipBatch(undefined, [`route add 10.213.${network}.0/24 via ${address(0, 1)}`]);
  for (let n = 1; n <= machines; n += 1) {
    const name = nameOf(n);
    await ip('netns', 'add', name);
    undo.defer(async () => void (await ip('netns', 'del', name)));
    await ipBatch(router, [
      `link add v${n} type veth peer name eth0 netns ${name}`,
      `addr add ${address(n, 1)}/30 dev v${n}`,
      `link set v${n} up`,
    ]);
    await ipBatch(name, [
      `addr add ${address(n, 2)}/30 dev eth0`,
      'link set eth0 up',
      'link set lo up',
      `route add default via ${address(n, 1)}`,
    ]);
  }
  const all = Array.from({ length: machines }, (_, n) => ({ address: address(n + 1, 2), enter: enter(nameOf(n + 1)) }));
  const held = undo.move();
  return {
    kind: 'namespaces',
    machines: all,
    outside: address(0, 2),
    faults: faultsOf(
      router,
      all.map((machine) => machine.address),
    ),
    [Symbol.asyncDispose]: async () => await held.disposeAsync(),
  };
}

/** Takes a network that nobody here has: making its router's namespace either works or says that it is there. */
async function claimNetwork(
  undo: AsyncDisposableStack,
): Promise<{ readonly network: number; readonly router: string }> {
  const first = Math.floor(Math.random() * networks);
  let last: unknown;
  for (let tried = 0; tried < networks; tried += 1) {
    const network = (first + tried) % networks;
    const router = `heddle-${network}-router`;
    try {
      await ip('netns', 'add', router);
      undo.defer(async () => void (await ip('netns', 'del', router)));
      return { network, router };
    } catch (error) {
      if (!(error instanceof Error && error.message.includes('File exists'))) throw error;
      last = error;
    }
  }
  throw new Error(
    `All ${networks} networks 10.213.N.0/24 are taken: remove those of clusters that are gone (ip netns list).`,
    {
      cause: last,
    },
  );
}

function faultsOf(router: string, addresses: readonly string[]): NetworkFaults {
  const rule = (from: number, to: number): string => `from ${addresses[from]} to ${addresses[to]} blackhole`;
  return {
    block: async (from, to) => await ipBatch(router, [`rule add ${rule(from, to)}`]),
    unblock: async (from, to) => await ipBatch(router, [`rule del ${rule(from, to)}`]),
    slow: async (machine, kbitPerSecond) => {
      // The router's end is what the machine is sent, the machine's own what it sends.
      const ends = [
        [router, `v${machine + 1}`],
        [router.replace(/router$/, `m${machine + 1}`), 'eth0'],
      ] as const;
      for (const [namespace, device] of ends)
        if (kbitPerSecond === undefined) await runIn(namespace, 'tc', 'qdisc', 'del', 'dev', device, 'root');
        else {
          const shape = ['rate', `${kbitPerSecond}kbit`, 'burst', '16kb', 'latency', `${queueMsMax}ms`];
          await runIn(namespace, 'tc', 'qdisc', 'replace', 'dev', device, 'root', 'tbf', ...shape);
        }
    },
  };
}
