import { open, readFile } from 'node:fs/promises';

/** Of the machine, bytes. QEMU runs on x86-64 only, here. */
export const pageBytes = 4_096;
/** Bits of the upper half of an entry of /proc/PID/pagemap (Documentation/admin-guide/mm/pagemap.rst). */
const [present, swapped, ofFile] = [0x8000_0000, 0x4000_0000, 0x2000_0000];
const entryBytes = 8;
/** What is read of a page map at a time: entries of 4 GiB. */
const readBytes = 8_388_608;

/** Pages of a guest's memory that follow each other. */
export interface PageRun {
  readonly page: number;
  readonly count: number;
}

/** Where the memory of a guest lies in its QEMU. */
export interface MemoryMapping {
  readonly from: number;
  readonly bytes: number;
}

/** Finds the mapping of a file in a process. Throws if there is none, or there are several. */
export async function mappingOf(pid: number, path: string): Promise<MemoryMapping> {
  const lines = (await readFile(`/proc/${pid}/maps`, 'latin1')).split('\n');
  const ours = lines.filter((line) => line.endsWith(` ${path}`));
  const [[from, to] = []] = ours.map((line) => /^([0-9a-f]+)-([0-9a-f]+) /.exec(line)?.slice(1) ?? []);
  if (ours.length !== 1 || from === undefined || to === undefined)
    throw new Error(`QEMU ${pid} has ${ours.length} mappings of ${path}; it was to have one.`);
  return { from: Number.parseInt(from, 16), bytes: Number.parseInt(to, 16) - Number.parseInt(from, 16) };
}

/**
 * The pages of a private mapping of a file that were written to: they are the process's own, and all others are as they are in the file.
 * The process must stand still.
 */
export async function dirtyPages(pid: number, { from, bytes }: MemoryMapping): Promise<PageRun[]> {
  await using map = await open(`/proc/${pid}/pagemap`);
  const runs: PageRun[] = [];
  const buffer = Buffer.allocUnsafeSlow(readBytes);
  const end = ((from + bytes) / pageBytes) * entryBytes;
  let page = 0;
  for (let at = (from / pageBytes) * entryBytes; at < end;) {
    const { bytesRead } = await map.read(buffer, 0, Math.min(buffer.length, end - at), at);
    if (bytesRead === 0) throw new Error(`The page map of QEMU ${pid} ended before its guest's memory did.`);
    const entries = new Uint32Array(buffer.buffer, buffer.byteOffset, Math.floor(bytesRead / 4));
    addDirty(runs, entries, page);
    page += entries.length / 2;
    at += bytesRead;
  }
  return runs;
}

/** Adds what is written to of the next entries, of which the first is of `page`. Halves in the order of the machine: the lower one first. */
export function addDirty(runs: PageRun[], entries: Uint32Array, page: number): void {
  let begin = -1;
  const count = entries.length / 2;
  for (let index = 0; index <= count; index++) {
    const bits = index === count ? 0 : (entries[2 * index + 1] ?? 0);
    const dirty = (bits & (present | swapped)) !== 0 && (bits & ofFile) === 0;
    if (dirty && begin < 0) begin = index;
    if (dirty || begin < 0) continue;
    add(runs, { page: page + begin, count: index - begin });
    begin = -1;
  }
}

function add(runs: PageRun[], run: PageRun): void {
  const last = runs.at(-1);
  if (last === undefined || last.page + last.count !== run.page) runs.push(run);
  else runs[runs.length - 1] = { page: last.page, count: last.count + run.count };
}
