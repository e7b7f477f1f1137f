import { configurationKey, type Configuration } from '../../model/configuration.ts';
import type { InstanceDriver } from '../contract.ts';
import { limits } from '../../model/limits.ts';
import type { Places } from '../places.ts';
import { sweepRun } from '../processes/sweep.ts';
import { makeClone, runClone } from './clone.ts';
import type { Accelerator } from './command.ts';
import { microvmInstance } from './instance.ts';
import { ParkedClones } from './parked.ts';
import { ensureParts } from './parts.ts';
import { probeMicrovm } from './probe.ts';
import { ensureTemplate, type Template } from './template.ts';

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
  return {
    name: 'microvm',
    capabilities: {
      ownKernel: true,
      emulated: accelerator === 'tcg',
      clones: true,
      containersMax,
      containersEverMax: limits.channelsPerInstance - 1,
    },
    probe: (signal) => probeMicrovm(places, accelerator, signal),
    prepare: async (configuration, report, signal) => {
      const parts = await ensureParts(places, accelerator, report, signal);
      const template = await ensureTemplate(places, accelerator, parts, configuration, report, signal);
      templates.set(configurationKey(configuration), template);
    },
    park: (configuration, count) => parked.keep(templateFor(templates, configuration), count),
    start: async (spec, signal) => {
      const template = templateFor(templates, spec.configuration);
      const still = parked.take(template) ?? (await makeClone(places, template, spec.instanceId, signal));
      return microvmInstance(spec, await runClone(still, template, signal), template.containers);
    },
    sweep: () => sweepRun(places, 'microvm'),
  };
}

function templateFor(templates: ReadonlyMap<string, Template>, configuration: Configuration): Template {
  const key = configurationKey(configuration);
  const template = templates.get(key);
  if (template === undefined)
    throw new Error(`A microvm instance ${key} was asked for before \`prepare\` of it succeeded.`);
  return template;
}
