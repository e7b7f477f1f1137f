type Row = Readonly<Record<string, unknown>>;

/** What one host has of an account. */
export interface SnapshotPart {
  /** Lists of what each host counts by itself. */
  readonly counted: Readonly<Record<string, readonly object[]>>;
  /** What is at the account's home, of the host that is it. */
  readonly kept?: Row;
}

/** Parts of several hosts as one: rows of the same are one, with their numbers added. What is kept is that of the home, if it is among them. Pure. */
export function joinedParts(parts: readonly SnapshotPart[]): Row {
  const names = new Set(parts.flatMap(({ counted }) => Object.keys(counted)));
  const counted = [...names].map((name) => [name, summed(parts.flatMap((part) => part.counted[name] ?? []))] as const);
  return { ...Object.fromEntries(counted), ...parts.find(({ kept }) => kept !== undefined)?.kept };
}

function summed(rows: readonly object[]): readonly object[] {
  const sums = new Map<string, Row>();
  for (const row of rows) {
    const what = Object.entries(row).filter(([, value]) => typeof value === 'string' || typeof value === 'boolean');
    const key = JSON.stringify(what.toSorted(([a], [b]) => (a < b ? -1 : 1)));
    sums.set(key, added(sums.get(key) ?? {}, { ...row }));
  }
  return [...sums.values()];
}

function added(sum: Row, row: Row): Row {
  const entries = Object.entries(row).map(([name, value]) => {
    const before = sum[name];
    if (typeof value === 'number') return [name, typeof before === 'number' ? value + before : value];
    return [name, isRow(value) ? added(isRow(before) ? before : {}, value) : value];
  });
  return { ...sum, ...Object.fromEntries(entries) };
}

/** What another host says of itself; it is one of ours, and who reads it takes what it knows. */
export function partIn(answer: object): SnapshotPart {
  const { counted, kept } = { counted: undefined, kept: undefined, ...answer };
  const lists = Object.entries(isRow(counted) ? counted : {}).flatMap(([name, rows]) =>
    Array.isArray(rows) ? [[name, rows.filter(isRow)]] : [],
  );
  return { counted: Object.fromEntries(lists), ...(isRow(kept) && { kept }) };
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
