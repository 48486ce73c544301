import { type Answer, answerEmpty, answerJson } from './answer.ts';
import { type Call, readJsonObject } from './call.ts';
import type { CloudState } from './cloud.ts';
import { refuseBySwr, refuseParameter } from './errors.ts';
import { isOrganizationName, isRepositoryName } from './names.ts';
import type { NewTask } from './sync-task.ts';

const MAX_ROWS = 100;

export function listSyncTasks(call: Call, cloud: CloudState): Answer {
  const { namespace, repository } = readNames(call);
  const isKnown =
    cloud.organizations.hasRepository(namespace, repository) || cloud.tasks(namespace, repository).length > 0;
  if (!isKnown) throw refuseAbsent(`${namespace}/${repository}`);
  const rows = cloud.taskStore.list(namespace, repository, { hidden: false });
  return answerJson(200, rows.slice(0, cloud.listing.tasks ?? MAX_ROWS));
}

/** The target's organization need not exist; the repository has to. */
export function createSyncTask(call: Call, cloud: CloudState, account: string): Answer {
  const task = readTask(call);
  if (!cloud.organizations.hasRepository(task.namespace, task.repository)) {
    throw refuseAbsent(`${task.namespace}/${task.repository}`);
  }
  cloud.taskStore.put(task, account);
  return answerEmpty(200);
}

export function deleteSyncTask(call: Call, cloud: CloudState): Answer {
  const task = readTask(call);
  if (cloud.taskStore.remove(task)) return answerEmpty(200);
  if (cloud.goneAs === 400) throw refuseBySwr(400, 'SVCSTG.SWR.4001158', 'The sync task does not exist.');
  throw refuseAbsent(
    `${task.namespace}/${task.repository} to ${task.remoteRegionId}/${task.remoteNamespace}`,
  );
}

function readNames({ namespace = '', repository = '' }: Call): { namespace: string; repository: string } {
  if (!isOrganizationName(namespace)) throw refuseParameter(`Invalid namespace: ${namespace}`);
  if (!isRepositoryName(repository)) throw refuseParameter(`Invalid repository: ${repository}`);
  return { namespace, repository };
}

function readTask(call: Call): NewTask {
  const names = readNames(call);
  const body = readJsonObject(call);
  if (body === undefined) throw refuseParameter('The body is not an object in application/json.');
  const remoteRegionId = body['remoteRegionId'];
  const remoteNamespace = body['remoteNamespace'];
  if (typeof remoteRegionId !== 'string' || remoteRegionId === '') {
    throw refuseParameter('remoteRegionId is missing.');
  }
  if (typeof remoteNamespace !== 'string' || !isOrganizationName(remoteNamespace)) {
    throw refuseParameter('remoteNamespace is missing or invalid.');
  }
  return {
    ...names,
    remoteRegionId,
    remoteNamespace,
    syncAuto: readFlag(body, 'syncAuto'),
    override: readFlag(body, 'override'),
  };
}

function readFlag(body: Record<string, unknown>, name: string): boolean {
  const value = body[name] ?? false;
  if (typeof value !== 'boolean') throw refuseParameter(`${name} is not a boolean.`);
  return value;
}

function refuseAbsent(what: string): Error {
  return refuseBySwr(404, 'SVCSTG.SWR.4040010', `Not found: ${what}`);
}
