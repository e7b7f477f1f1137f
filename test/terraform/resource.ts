import assert from 'node:assert/strict';
import type { Json } from './provider.ts';

/** A resource of Terraform's AWS provider: what it sends for each of its verbs, in its order. `Config` is what people write. */
export interface Resource<Config> {
  create(config: Config): Promise<void>;
  /** The attributes of the configuration as they are read back; undefined where it is gone. */
  read(): Promise<Config | undefined>;
  update(before: Config, after: Config): Promise<void>;
  delete(): Promise<void>;
}

/** Takes a resource through its life: created, planned without a difference, changed to each of the others, planned again each time, destroyed, and gone. */
export async function live<Config extends Json>(
  resource: Resource<Config>,
  configs: readonly [Config, ...(readonly Config[])],
): Promise<void> {
  const [first, ...others] = configs;
  await resource.create(first);
  await planned(resource, first);
  let before = first;
  for (const after of others) {
    await resource.update(before, after);
    await planned(resource, after);
    before = after;
  }
  await resource.delete();
  assert.equal(await resource.read(), undefined, 'it is still there');
}

/** A plan reads, and sees what differs. Twice: the second must not see what the first has brought about. */
async function planned<Config>(resource: Resource<Config>, config: Config): Promise<void> {
  for (const time of ['first', 'second'])
    assert.deepEqual(await resource.read(), config, `the ${time} plan has a difference`);
}
