import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keyOf, once } from '../../../image/cache.ts';
import { configurationKey, type Configuration } from '../../../model/runtimes/configuration.ts';
import { limits } from '../../../model/limits.ts';
import type { Instance } from '../../contract.ts';
import type { Places } from '../../places.ts';
import { machinesFor, qemuArguments, type Accelerator, type Machine, type QemuCommand } from '../command.ts';
import { blankContainers, guestMemoryMb, templateConfiguration } from '../guest-shape.ts';
import { makeTemplate, parseManifest, templateFiles } from './make-template.ts';
import type { GuestParts } from '../parts.ts';

/** Raised when templates are made differently in a way that their other inputs do not show. */
const recipe = 4;

/** A guest that was booted, brought to where its agent and first containers wait, and saved. */
export interface Template {
  /** What a copy's QEMU is started with. */
  readonly command: QemuCommand;
  /** State of the devices. */
  readonly state: Uint8Array;
  /** What the guest's clock shows when a copy begins to run, milliseconds since the Unix epoch. */
  readonly guestWallMs: number;
  /** The containers that are there already. */
  readonly containers: Instance['containers'];
}

/** Finds the template of a configuration, or of one that has a little more memory, in the cache, or makes it: boots a guest, which takes seconds. */
export async function ensureTemplate(
  places: Places,
  accelerator: Accelerator,
  parts: GuestParts,
  wanted: Configuration,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<Template> {
  const configuration = templateConfiguration(wanted);
  const commands = machinesFor(accelerator).map((machine) => commandFor(accelerator, machine, parts, configuration));
  const args = commands.map((command) => qemuArguments(command));
  const key = `${configurationKey(configuration)}-${keyOf({ recipe, parts: parts.hash, configuration, args })}`;
  const dir = await once(
    join(places.cache, 'template'),
    key,
    (build) => makeTemplate(places, parts, configuration, commands, build),
    report,
    signal,
  );
  const { machine, guestWallMs } = parseManifest(await readFile(join(dir, templateFiles.manifest), 'utf8'), dir);
  const memory = { path: join(dir, templateFiles.memory), shared: false };
  const state = await readFile(join(dir, templateFiles.state));
  const command = { ...commandFor(accelerator, machine, parts, configuration), memory };
  return { command, state, guestWallMs, containers: blankContainers(configuration) };
}

function commandFor(
  accelerator: Accelerator,
  machine: Machine,
  parts: GuestParts,
  configuration: Configuration,
): QemuCommand {
  const memoryMb = guestMemoryMb(configuration);
  return { accelerator, machine, memoryMb, disk: parts.image.path, channels: limits.relayChannel + 1 };
}
