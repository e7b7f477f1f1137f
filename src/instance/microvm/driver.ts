import { configurationKey, type Configuration } from '../../model/runtimes/configuration.ts';
import type { Instance, InstanceDriver, InstanceSpec } from '../contract.ts';
import { limits } from '../../model/limits.ts';
import type { Places } from '../places.ts';
import { sweepRun } from '../processes/sweep.ts';
import { makeClone, runClone, type Clone } from './clone.ts';
import { CodeImages } from './code-images.ts';
import type { Accelerator } from './command.ts';
import { microvmInstance } from './instance.ts';
import { ParkedClones } from './parked.ts';
import { ensureParts, type GuestParts } from './parts.ts';
import { probeMicrovm } from './probe.ts';
import { restoreGuest } from './saved/restore.ts';
import { saveGuest } from './saved/save.ts';
import { resume } from './template/migration.ts';
import { ensureTemplate, type Template } from './template/template.ts';

/** Containers of one guest at the same time: it has one processor. */
const containersMax = 16;

/**
 * Instances that are virtual machines, by QEMU: with the processor's own help (`kvm`), or anywhere, emulated (`tcg`). These
 * are two drivers of one name, because they are probed, chosen and judged apart.
 *
 * Each instance is a copy of a template that was booted once per configuration: its memory is the template's file, mapped
 * so that what it writes is its own. It must be told who it is (`identify`) before it serves anybody.
 */
export function createMicrovmDriver(places: Places, accelerator: Accelerator): InstanceDriver {
  const templates = new Map<string, Template>();
  const parked = new ParkedClones(places);
  const images = new CodeImages(places);
  let missing: GuestParts['pythons']['missing'] = {};
  const running = (spec: InstanceSpec, template: Template, clone: Clone): Instance => ({
    ...microvmInstance(spec, clone, template.containers),
    codeImage: (code) => images.of(code),
    save: async (folder, signal) => {
      const saved = await saveGuest(clone.qemu, template, folder, signal);
      return {
        bytes: saved.bytes,
        restore: async (instanceId, stop) => {
          const restored = await restoreGuest(places, template, saved, instanceId, stop);
          return running({ ...spec, instanceId }, template, restored);
        },
      };
    },
    goOn: async () => void (await resume(clone.qemu.qmp)),
  });
  return {
    name: 'microvm',
    capabilities: {
      ownKernel: true,
      emulated: accelerator === 'tcg',
      clones: true,
      containersMax,
      containersEverMax: limits.channelsPerInstance - 1,
      pausesTo: 'disk',
      forks: true,
    },
    probe: (signal) => probeMicrovm(places, accelerator, signal),
    prepare: async (configuration, report, signal) => {
      const parts = await ensureParts(places, accelerator, report, signal);
      ({ missing } = parts.pythons);
      const template = await ensureTemplate(places, accelerator, parts, configuration, report, signal);
      templates.set(configurationKey(configuration), template);
    },
    missingRuntimes: () => missing,
    park: async (configuration, count) => {
      if (count === 0) await images.clear();
      await parked.keep(templateFor(templates, configuration), count);
    },
    start: async (spec, signal) => {
      const template = templateFor(templates, spec.configuration);
      const still = parked.take(template) ?? (await makeClone(places, template, spec.instanceId, signal));
      return running(spec, template, await runClone(still, template, signal));
    },
    sweep: async () => {
      await images.clear();
      return await sweepRun(places, 'microvm');
    },
  };
}

function templateFor(templates: ReadonlyMap<string, Template>, configuration: Configuration): Template {
  const key = configurationKey(configuration);
  const template = templates.get(key);
  if (template === undefined)
    throw new Error(`A microvm instance ${key} was asked for before \`prepare\` of it succeeded.`);
  return template;
}
