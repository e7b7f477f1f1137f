import { configurationKey, type Configuration } from '../../model/configuration.ts';
import type { Instance, InstanceDriver, InstanceSpec } from '../contract.ts';
import { limits } from '../../model/limits.ts';
import type { Places } from '../places.ts';
import { sweepRun } from '../sweep.ts';
import { startClone } from './clone.ts';
import type { Accelerator } from './command.ts';
import { microvmInstance } from './instance.ts';
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
    start: (spec, signal) => start(places, templateFor(templates, spec.configuration), spec, signal),
    sweep: () => sweepRun(places, 'microvm'),
  };
}

async function start(places: Places, template: Template, spec: InstanceSpec, signal: AbortSignal): Promise<Instance> {
  return microvmInstance(spec, await startClone(places, template, spec, signal), template.containers);
}

function templateFor(templates: ReadonlyMap<string, Template>, configuration: Configuration): Template {
  const key = configurationKey(configuration);
  const template = templates.get(key);
  if (template === undefined) throw new Error(`Start of a microvm instance ${key} before \`prepare\` of it succeeded.`);
  return template;
}
