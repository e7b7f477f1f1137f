import { SimulatedCluster } from '../../../test/simulation/cluster/simulated-cluster.ts';
import { Workload } from '../../../test/simulation/cluster/workload.ts';
import { seededRandom } from '../../../test/simulation/random.ts';
import { IdleHere } from '../../placement/idle-here.ts';
import { bytesPerSecond } from '../../placement/told.ts';
import type { Row } from '../../row.ts';

const rounds = 5;
const processorsEach = 64;
const load = 0.65;

/** Processor time of one, microseconds: the least of some rounds. */
function processorUs(times: number, act: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round += 1) {
    const from = process.cpuUsage();
    for (let nth = 0; nth < times; nth += 1) act();
    const { system, user } = process.cpuUsage(from);
    least = Math.min(least, (system + user) / times);
  }
  return least;
}

function filled(hosts: number): SimulatedCluster {
  const random = seededRandom(1);
  const workload = new Workload({ functions: 20 * hosts, processors: hosts * processorsEach * load }, random);
  const cluster = new SimulatedCluster(hosts, workload, random);
  cluster.fill();
  return cluster;
}

/** Placement among hosts, which exist on paper: the service's own summaries, view of all hosts, and decision. */
export const clusterPlacementRow: Row = {
  name: 'cluster-placement',
  about: 'deciding on which of 3, 100 and 1,000 hosts a call runs, and what hosts say for it, simulated',
  drivers: ['host'],
  run: async function* ({ note }) {
    const values: Record<string, number> = {};
    for (const hosts of [3, 100, 1_000]) {
      const cluster = filled(hosts);
      const decideOne = (): void => void cluster.decide(cluster.workload.next().fn, cluster.someHost());
      values[`${hosts.toLocaleString('en-US')} hosts`] = processorUs(3_000, decideOne);
      const { calls, refused, reused } = cluster.counts;
      note(
        `${hosts} hosts: imbalance ${cluster.imbalance().toFixed(2)}, reused ${Math.round((100 * reused) / calls)} %, refused ${((100 * refused) / calls).toFixed(1)} %`,
      );
    }
    yield { what: 'a decision, processor time', unit: 'µs', values };
    const here = new IdleHere();
    yield {
      what: 'a container is idle here: no decision',
      unit: 'µs',
      values: { heddle: processorUs(200_000, () => here.look()) },
    };
    yield {
      what: 'summary of 100 functions',
      unit: 'B/s',
      values: {
        'nothing changes': bytesPerSecond(100, 0),
        'a tenth changes each half second': bytesPerSecond(100, 0.1),
        'everything does': bytesPerSecond(100, 1),
      },
    };
  },
};
