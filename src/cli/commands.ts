import type { Command } from 'commander';

/** Loads the code of a command. `passThrough`: options behind `run`'s file are the file's. */
export type LoadCommand = (passThrough: boolean) => Promise<Command>;

/**
 * All commands by name, in the order of the help. Each is loaded when it is the one that is meant: of `heddle up`, all others would stay in memory
 * for as long as the service runs.
 */
export const commands: ReadonlyMap<string, LoadCommand> = new Map<string, LoadCommand>([
  ['start', async () => (await import('./commands/service/start.ts')).startCommand()],
  ['up', async () => (await import('./commands/service/up.ts')).upCommand()],
  ['deploy', async () => (await import('./commands/functions/deploy.ts')).deployCommand()],
  ['dev', async () => (await import('./commands/service/dev.ts')).devCommand()],
  ['invoke', async () => (await import('./commands/invoke.ts')).invokeCommand()],
  ['run', async (passThrough) => (await import('./commands/run.ts')).runCommand(passThrough)],
  ['logs', async () => (await import('./commands/logs.ts')).logsCommand()],
  ['trace', async () => (await import('./commands/trace.ts')).traceCommand()],
  ['ps', async () => (await import('./commands/service/ps.ts')).psCommand()],
  ['top', async () => (await import('./commands/service/top.ts')).topCommand()],
  ['pause', async () => (await import('./commands/moves/moves.ts')).pauseCommand()],
  ['resume', async () => (await import('./commands/moves/moves.ts')).resumeCommand()],
  ['fork', async () => (await import('./commands/moves/moves.ts')).forkCommand()],
  ['functions', async () => (await import('./commands/functions/functions.ts')).functionsCommand()],
  ['effects', async () => (await import('./commands/functions/effects.ts')).effectsCommand()],
  ['profile', async () => (await import('./commands/functions/profile.ts')).profileCommand()],
  ['hint', async () => (await import('./commands/functions/hint.ts')).hintCommand()],
  ['triggers', async () => (await import('./commands/functions/triggers.ts')).triggersCommand()],
  ['layer', async () => (await import('./commands/functions/layer.ts')).layerCommand()],
  ['publish', async () => (await import('./commands/functions/publish.ts')).publishCommand()],
  ['alias', async () => (await import('./commands/functions/alias.ts')).aliasCommand()],
  ['url', async () => (await import('./commands/functions/url.ts')).urlCommand()],
  ['events', async () => (await import('./commands/events/events.ts')).eventsCommand()],
  ['executions', async () => (await import('./commands/events/executions.ts')).executionsCommand()],
  ['rm', async () => (await import('./commands/functions/rm.ts')).rmCommand()],
  ['queue', async () => (await import('./commands/events/queue/queue.ts')).queueCommand()],
  ['schedule', async () => (await import('./commands/events/schedule/schedule.ts')).scheduleCommand()],
  ['source', async () => (await import('./commands/events/source/source.ts')).sourceCommand()],
  ['objects', async () => (await import('./commands/objects/objects.ts')).objectsCommand()],
  ['secret', async () => (await import('./commands/secrets/secret.ts')).secretCommand()],
  ['aux', async () => (await import('./commands/auxiliary/aux.ts')).auxCommand()],
  ['env', async () => (await import('./commands/service/env.ts')).envCommand()],
  ['policy', async () => (await import('./commands/policies/policy.ts')).policyCommand()],
  ['role', async () => (await import('./commands/policies/role.ts')).roleCommand()],
  ['account', async () => (await import('./commands/accounts/account.ts')).accountCommand()],
  ['key', async () => (await import('./commands/accounts/key.ts')).keyCommand()],
  ['usage', async () => (await import('./commands/accounts/usage.ts')).usageCommand()],
  ['cluster', async () => (await import('./commands/cluster/cluster.ts')).clusterCommand()],
  ['doctor', async () => (await import('./commands/service/doctor.ts')).doctorCommand()],
  ['bench', async () => (await import('./commands/service/bench.ts')).benchCommand()],
]);
