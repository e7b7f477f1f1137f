import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeMessage, encodeMessage, type SummaryMessage, type TableChanges } from './format.ts';
import { isFormatError, SummaryReceiver, type SummaryKeeper } from './receiver.ts';
import { SummarySender } from './sender.ts';
import type { HostFacts, HostState, HostSummary, SummaryRow, TableName } from './summary.ts';

/** Objects like those that are read. */
const plain = { noNullPrototype: true } as const;
const count = fc.integer({ min: 0, max: 70_000 });
const name = fc.integer({ min: 0, max: 2 ** 48 - 1 });
const facts: fc.Arbitrary<HostFacts> = fc.record(
  {
    processors: fc.integer({ min: 1, max: 512 }),
    functionMbMax: count,
    isolation: fc.nat(5),
    directChannels: fc.boolean(),
    kinds: fc.array(fc.string({ maxLength: 20 }), { maxLength: 20 }),
  },
  plain,
);
const state: fc.Arbitrary<HostState> = fc.record(
  {
    takes: fc.boolean(),
    full: fc.boolean(),
    wanted: count.map((sixteenths) => sixteenths / 16),
    running: count,
    waiting: count,
    memoryMb: count,
    memoryFreeMb: count,
    memoryIdleMb: count,
  },
  plain,
);
const row: fc.Arbitrary<SummaryRow> = fc.record({ key: name, a: count, b: count }, plain);
const changes: fc.Arbitrary<TableChanges> = fc.record(
  {
    changed: fc
      .uniqueArray(fc.record({ slot: fc.nat(1_700), a: count, b: count }, plain), { selector: ({ slot }) => slot })
      .map((rows) => rows.toSorted((one, other) => one.slot - other.slot)),
    added: fc.array(row, { maxLength: 30 }),
  },
  plain,
);
const tables = fc.record({ codes: changes, owners: changes, provisioned: changes }, plain);
const message: fc.Arbitrary<SummaryMessage> = fc
  .record(
    {
      life: fc.nat(2 ** 31 - 1),
      sequence: fc.integer({ min: 2, max: 2 ** 40 }),
      facts: fc.option(facts, { nil: undefined }),
      state,
      warm: fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 20 }),
      tables,
      asks: fc.array(fc.nat(2 ** 31 - 1), { maxLength: 10 }),
    },
    plain,
  )
  .map((each) => ({ ...each, base: each.facts === undefined ? each.sequence - 1 : each.sequence }));

test('what is written is what is read', () => {
  fc.assert(fc.property(message, (each) => assert.deepEqual(decodeMessage(encodeMessage(each)), each)));
});

test('a part that a newer release adds disturbs nobody, and a newer format is not understood', () => {
  const addition = fc.uint8Array({ maxLength: 200 });
  fc.assert(
    fc.property(message, addition, fc.integer({ min: 64, max: 127 }), (each, bytes, tag) => {
      const known = encodeMessage(each);
      const length = bytes.length < 128 ? [bytes.length] : [(bytes.length % 128) | 128, bytes.length >> 7];
      assert.deepEqual(decodeMessage(Buffer.concat([known, Buffer.from([tag, ...length]), bytes])), each);
      const newer = Buffer.from(known);
      newer[0] = 2;
      assert.equal(decodeMessage(newer), undefined);
    }),
  );
});

test('bytes that are no summary are refused as such, and nothing else happens', () => {
  const cut = fc.tuple(message, fc.nat(10_000), fc.nat(10_000), fc.nat(255)).map(([each, at, end, byte]) => {
    const bytes = encodeMessage(each);
    bytes[at % bytes.length] = byte;
    return bytes.subarray(0, 1 + (end % bytes.length));
  });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), cut), (bytes) => {
      try {
        decodeMessage(bytes);
      } catch (error) {
        assert.ok(isFormatError(error), String(error));
      }
    }),
    { numRuns: 2_000 },
  );
});

/** What somebody knows of a host who has heard its messages. */
class Known implements SummaryKeeper {
  readonly rows: Record<TableName, Map<number, SummaryRow>> = {
    codes: new Map(),
    owners: new Map(),
    provisioned: new Map(),
  };
  told: HostState | undefined;

  begin(): void {
    for (const table of Object.values(this.rows)) table.clear();
  }

  state(told: HostState): void {
    this.told = told;
  }

  row(table: TableName, { a, b, key }: SummaryRow): void {
    if (a === 0 && b === 0) this.rows[table].delete(key);
    else this.rows[table].set(key, { key, a, b });
  }
}

const few = fc.uniqueArray(fc.record({ key: fc.nat(30), a: fc.integer({ min: 1, max: 3 }), b: fc.nat(2) }, plain), {
  selector: ({ key }) => key,
  maxLength: 25,
});
const moment = fc.record(
  { codes: few, owners: few, provisioned: few, state, lost: fc.boolean(), waits: fc.nat(3_000) },
  plain,
);

test('whoever has heard a message knows what its host had, whichever were lost before it', () => {
  fc.assert(
    fc.property(facts, fc.array(moment, { minLength: 1, maxLength: 30 }), (hostFacts, moments) => {
      const sender = new SummarySender(7);
      const known = new Known();
      const receiver = new SummaryReceiver(known);
      let [now, lost] = [0, 0];
      for (const { lost: isLost, state: told, waits, ...has } of moments) {
        now += waits;
        const summary: HostSummary = { facts: hostFacts, state: told, warm: [], tables: has };
        const bytes = sender.next(summary, [], now);
        if (isLost) {
          lost += 1;
          continue;
        }
        const { received } = receiver.take(bytes);
        if (received === 'needs-whole') {
          sender.want();
          continue;
        }
        assert.equal(received, 'taken');
        assert.deepEqual(known.told, told);
        for (const name of ['codes', 'owners', 'provisioned'] as const)
          assert.deepEqual(
            [...known.rows[name].values()].toSorted((one, other) => one.key - other.key),
            has[name].toSorted((one, other) => one.key - other.key),
          );
        assert.equal(receiver.take(bytes).received, 'old');
        assert.ok(receiver.missed <= lost);
      }
    }),
    { numRuns: 300 },
  );
});
