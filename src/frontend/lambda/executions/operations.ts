import type { LambdaContext } from '../context.ts';
import { loadedAtHome } from '../../routes/loaded-later.ts';
import type { Operation } from '../../routes/operation.ts';
import { executionRoutes } from './routes.ts';

/** The operations that are about durable executions. */
export function executionOperations({ events, store }: LambdaContext): readonly Operation[] {
  return loadedAtHome(executionRoutes, events, async (own) => {
    const { executions } = await own.open();
    const [code, reading, steering] = await Promise.all([
      import('./code-operations.ts'),
      import('./reading-operations.ts'),
      import('./steering-operations.ts'),
    ]);
    return {
      ...code.executionCodeOperations(executions),
      ...reading.executionReadingOperations(executions, store),
      ...steering.executionSteeringOperations(executions),
    };
  });
}
