import { readFile, stat } from 'node:fs/promises';
import { fromSeed, type KeyPair } from '@nats-io/nkeys';

/** The key pair of a NATS user whose seed is in a file (`SU…`). Throws where the file is not there, can be read by others than its owner, or has no seed of a user. */
export async function readSeed(file: string): Promise<KeyPair> {
  const { mode } = await stat(file).catch((cause: unknown) => {
    throw new Error(`The NATS key ${file} could not be read: ${reasonOf(cause)}`, { cause });
  });
  if ((mode & 0o077) !== 0)
    throw new Error(
      `The NATS key ${file} can be read by other users of this machine (mode ${(mode & 0o777).toString(8)}): do \`chmod 600 ${file}\`.`,
    );
  const text = (await readFile(file, 'latin1')).trim();
  if (!/^SU[A-Z2-7]{56}$/.test(text))
    throw new Error(`${file} has no seed of a NATS user (SU…), as \`heddle cluster up\` or \`nk -gen user\` make one.`);
  return fromSeed(Buffer.from(text, 'latin1'));
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
