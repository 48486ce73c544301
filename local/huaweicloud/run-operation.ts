import { type Answer, Refusal } from './answer.ts';
import { authorize } from './authorize.ts';
import type { Call } from './call.ts';
import { listNamespaces, listRepositories } from './catalog.ts';
import type { CloudState } from './cloud.ts';
import { refuseRoute } from './errors.ts';
import { createToken } from './iam.ts';
import type { Operation } from './operations.ts';
import { createSyncTask, deleteSyncTask, listSyncTasks } from './sync-tasks.ts';

const SWR: Record<
  Exclude<Operation, 'unknown' | 'createToken'>,
  (call: Call, cloud: CloudState, account: string) => Answer
> = { listSyncTasks, createSyncTask, deleteSyncTask, listNamespaces, listRepositories };

/** Does what the call asks for; a refusal is an answer like any other. */
export function runOperation(call: Call, cloud: CloudState): Answer {
  try {
    return dispatch(call, cloud);
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

/** In the gateway's order: the route, then who calls, then what is asked. */
function dispatch(call: Call, cloud: CloudState): Answer {
  if (call.operation === 'unknown') throw refuseRoute();
  if (call.operation === 'createToken') return createToken(call, cloud);
  return SWR[call.operation](call, cloud, authorize(call, cloud));
}
