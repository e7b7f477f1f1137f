import { writeFileSync } from 'node:fs';
import { driversUnderTest } from '../test/e2e/drivers.ts';
import { pageOf, pagePath } from '../test/lambda/lambda-model/page.ts';
import { allOperations } from '../test/lambda/lambda-model/schema.ts';
import { walkAll } from '../test/lambda/lambda-model/walk-all.ts';
import { newHome, startHeddle } from '../test/e2e/service.ts';

// Writes docs/lambda-compatibility.md: starts a service, calls every operation of AWS's model, and says what came of it.
// test/lambda/lambda-model.test.ts does the same and fails where the page says something else.

const driver = (await driversUnderTest()).find(({ name, skip }) => name !== 'microvm' && skip === false);
if (driver === undefined) throw new Error('Neither host nor gvisor works here: ./heddle doctor says why.');
await using service = await startHeddle(await newHome(), '--driver', driver.name, '--warm', 'none');
const seen = await walkAll(service);
for (const { operation, outcome, message, faults } of seen.values())
  if (outcome === 'failed' || faults.length > 0) console.error(`${operation}: ${[message, ...faults].join('; ')}`);
writeFileSync(pagePath, pageOf(allOperations(), seen));
