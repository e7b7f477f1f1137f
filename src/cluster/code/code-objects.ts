import type { NatsConnection } from '@nats-io/nats-core';
import type { ObjectStore } from '@nats-io/obj';
import { codeFileName } from '../../model/functions/code.ts';
import { ClusterUnavailableError } from '../contract.ts';
import { openObjects } from '../nats/objects.ts';

/** Of the object store that code lies in. */
const bucketName = 'HEDDLE_CODE';

/** Zips of functions and layers in JetStream's object store, by their content. All of it throws ClusterUnavailableError where nobody answers. */
export class CodeObjects {
  readonly #connection: NatsConnection;
  readonly #replicas: number;
  #bucket: Promise<ObjectStore> | undefined;

  constructor(connection: NatsConnection, replicas: number) {
    this.#connection = connection;
    this.#replicas = replicas;
  }

  /** Puts it, unless it was put since `fresh`, so that nobody who looks for what is old finds it. */
  async put(sha256: string, zip: Uint8Array, fresh: number): Promise<void> {
    await this.#told(`The code ${sha256} could not be kept in the cluster`, async (bucket) => {
      const name = codeFileName(sha256);
      const there = await bucket.info(name);
      if (there !== null && !there.deleted && Date.parse(there.mtime) > fresh) return;
      await bucket.putBlob({ name }, zip);
    });
  }

  /** Undefined where there is none. What comes is checked by whoever takes it. */
  get(sha256: string): Promise<Uint8Array | undefined> {
    return this.#told(
      `The code ${sha256} could not be had from the cluster`,
      async (bucket) => (await bucket.getBlob(codeFileName(sha256))) ?? undefined,
    );
  }

  /** Names of all, as their files are called. */
  list(): Promise<readonly string[]> {
    return this.#told("The cluster's code could not be listed", async (bucket) =>
      (await bucket.list()).map(({ name }) => name),
    );
  }

  /** Deletes what was last put before a time, and nothing else. */
  delete(name: string, before: number): Promise<boolean> {
    return this.#told(`The code ${name} could not be deleted`, async (bucket) => {
      const there = await bucket.info(name);
      if (there === null || there.deleted || Date.parse(there.mtime) > before) return false;
      await bucket.delete(name);
      return true;
    });
  }

  async #told<Result>(what: string, work: (bucket: ObjectStore) => Promise<Result>): Promise<Result> {
    try {
      this.#bucket ??= openObjects(this.#connection, bucketName, this.#replicas);
      return await work(await this.#bucket);
    } catch (cause) {
      this.#bucket = undefined;
      throw new ClusterUnavailableError(`${what}: ${String(cause)}. Nothing was changed; try again.`, { cause });
    }
  }
}
