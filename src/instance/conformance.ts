import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { boundaries } from './conformance/boundaries.ts';
import { inside } from './conformance/inside.ts';
import { kinds } from './conformance/kinds.ts';
import { lifeAndDeath } from './conformance/life-and-death.ts';
import { codeOfManyFiles } from './conformance/many-files.ts';
import { memory } from './conformance/memory.ts';
import { network } from './conformance/network.ts';
import { output } from './conformance/output.ts';
import type { ConformanceOptions, Subject } from './conformance/subject.ts';
import { standingStill } from './conformance/standing-still.ts';
import { traffic } from './conformance/traffic.ts';
import type { InstanceDriver } from './contract.ts';
import { guarded } from './guard.ts';
import { severalRuntimes, testConfiguration } from './guest-fixture.ts';
import type { Places } from './places.ts';
import { testCache } from './testing/places.ts';

/**
 * What a driver is: whatever passes this. Registers tests, all of which go through `guarded` and most through `boot`; on a
 * machine where the driver does not work they are skipped, with what its probe said as the reason.
 */
export async function conformance(
  name: string,
  make: (places: Places) => InstanceDriver,
  options: ConformanceOptions,
): Promise<void> {
  const places: Places = { cache: testCache(), home: mkdtempSync(join(tmpdir(), `heddle-${name}-`)) };
  const driver = guarded(make(places));
  const signal = AbortSignal.timeout(600_000);
  const verdict = await driver.probe(signal);
  const skip = verdict.works ? false : `${verdict.evidence} ${verdict.remedy ?? ''}`;
  const configuration = driver.capabilities.clones ? severalRuntimes : testConfiguration();
  const subject: Subject = { driver, places, options, configuration };

  describe(`${name} (${verdict.mode})`, { skip, timeout: options.testMsMax * 30 }, () => {
    before(() => driver.prepare(subject.configuration, () => undefined, signal), { timeout: 600_000 });
    after(() => rmSync(places.home, { recursive: true, force: true }));
    lifeAndDeath(subject);
    traffic(subject);
    inside(subject);
    codeOfManyFiles(subject);
    output(subject);
    memory(subject);
    kinds(subject);
    network(subject);
    standingStill(subject);
    boundaries(subject);
  });
}
