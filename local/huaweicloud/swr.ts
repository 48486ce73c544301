import * as v from 'valibot';
import { type Answer, answerEmpty, answerJson, parameterError, swrError } from './answer.ts';
import { type Call, readJsonObject } from './call.ts';
import type { Cloud } from './cloud.ts';
import { isOrganizationName, isRepositoryName } from './names.ts';
import type { Listing, NewTask, Repository, TaskTarget } from './rows.ts';

const MAX_LIMIT = 1000;
const DEFAULT_LIMIT = 100;
/** Permission of a user in an organization: 7 is manage, 3 edit, 1 read. */
const MANAGE = 7;

export function listNamespaces(_call: Call, cloud: Cloud): Answer {
  const creator_name = cloud.identities.accountName();
  const namespaces = cloud
    .organizations()
    .map((name, index) => ({ id: index + 1, name, creator_name, auth: MANAGE }));
  return answerJson(200, { namespaces });
}

export function listRepositories(call: Call, cloud: Cloud): Answer {
  const { limit, offset, isNamed } = readPage(call.query);
  const { listing } = cloud;
  const from = listing.ignoreOffset === true ? 0 : offset;
  const most = Math.min(limit, listing.repositories ?? MAX_LIMIT);
  const all = cloud.repositories(call.query.get('namespace') ?? undefined);
  const page = all.slice(from, from + most);
  const total = totalOf(page, all, listing);
  const rows = misprint(page, from, listing).map(({ namespace, name, createdAt }) => ({
    name,
    category: 'other',
    description: '',
    size: 0,
    is_public: false,
    num_images: 0,
    num_download: 0,
    created_at: createdAt,
    updated_at: createdAt,
    url: '',
    path: `swr.${cloud.region}.myhuaweicloud.com/${namespace}/${name}`,
    internal_path: `swr.${cloud.region}.myhuaweicloud.com/${namespace}/${name}`,
    domain_name: cloud.identities.accountName(),
    namespace,
    tags: [],
    status: false,
    ...(total !== undefined && { total_range: total }),
  }));
  const headers =
    total === undefined || !isNamed ? {} : { 'Content-Range': `${offset}-${rows.length}/${total}` };
  return answerJson(200, rows, headers);
}

/** The total that this SWR claims; undefined if it says none. */
function totalOf(page: readonly unknown[], all: readonly unknown[], { totals }: Listing): number | undefined {
  if (totals === 'none') return undefined;
  return totals === 'page' ? page.length : (totals ?? all.length);
}

/** The rows of a page with what the listing does to single ones. */
function misprint(
  rows: readonly Repository[],
  offset: number,
  { lose, repeat, rename = {} }: Listing,
): Repository[] {
  return rows.flatMap((row, index) => {
    const position = offset + index;
    if (position === lose) return [];
    const name = Object.hasOwn(rename, row.name) ? rename[row.name] : undefined;
    const shown = { ...row, name: name ?? row.name };
    return position === repeat ? [shown, shown] : [shown];
  });
}

/** Some clouds document that the offset is a multiple of the limit, so no other one is taken. */
function readPage(query: URLSearchParams): { limit: number; offset: number; isNamed: boolean } {
  const limit = query.get('limit');
  const offset = query.get('offset');
  if (limit === null && offset === null) return { limit: DEFAULT_LIMIT, offset: 0, isNamed: false };
  if (limit === null || offset === null) throw parameterError('limit and offset must be used together.');
  const page = { limit: readCount(limit), offset: readCount(offset), isNamed: true };
  if (page.limit < 1 || page.limit > MAX_LIMIT) throw parameterError(`limit must be 1 to ${MAX_LIMIT}.`);
  if (page.offset % page.limit > 0) throw parameterError('offset must be a multiple of limit.');
  return page;
}

function readCount(text: string): number {
  if (!/^\d+$/.test(text)) throw parameterError(`Not a number: ${text}`);
  return Number(text);
}

const MAX_ROWS = 100;

export function listSyncTasks(call: Call, cloud: Cloud): Answer {
  const { namespace, repository } = readNames(call);
  const isKnown = cloud.hasRepository(namespace, repository) || cloud.tasks(namespace, repository).length > 0;
  if (!isKnown) throw refuseAbsent(`${namespace}/${repository}`);
  const rows = cloud
    .tasks(namespace, repository, { hidden: false })
    .filter(({ syncAuto }) => syncAuto || cloud.listing.hideManual !== true);
  return answerJson(200, rows.slice(0, cloud.listing.tasks ?? MAX_ROWS));
}

/** The target's organization need not exist; the repository has to. */
export function createSyncTask(call: Call, cloud: Cloud, account: string): Answer {
  const task = readTask(call);
  if (!cloud.hasRepository(task.namespace, task.repository)) {
    throw refuseAbsent(`${task.namespace}/${task.repository}`);
  }
  if (cloud.regions?.includes(task.remoteRegionId) === false) {
    throw swrError(500, 'SVCSTG.SWR.5001101', 'Internal error');
  }
  const isTask = (row: TaskTarget) =>
    row.remoteRegionId === task.remoteRegionId && row.remoteNamespace === task.remoteNamespace;
  if (cloud.strictCreate && cloud.tasks(task.namespace, task.repository).some(isTask)) {
    // Neither the status nor the code is known.
    throw swrError(400, 'SVCSTG.SWR.4000000', 'duplicate sync repo');
  }
  cloud.addTask(task, account);
  return answerEmpty(200);
}

export function deleteSyncTask(call: Call, cloud: Cloud): Answer {
  const task = readTask(call);
  if (cloud.removeTask(task)) return answerEmpty(200);
  if (cloud.goneAs === 400) throw swrError(400, 'SVCSTG.SWR.4001158', 'The sync task does not exist.');
  throw refuseAbsent(
    `${task.namespace}/${task.repository} to ${task.remoteRegionId}/${task.remoteNamespace}`,
  );
}

function readNames({ namespace = '', repository = '' }: Call): { namespace: string; repository: string } {
  if (!isOrganizationName(namespace)) throw parameterError(`Invalid namespace: ${namespace}`);
  if (!isRepositoryName(repository)) throw parameterError(`Invalid repository: ${repository}`);
  return { namespace, repository };
}

const BAD_ORGANIZATION = 'remoteNamespace is missing or invalid.';
const taskSchema = v.object({
  remoteRegionId: v.pipe(v.string('remoteRegionId is missing.'), v.nonEmpty('remoteRegionId is missing.')),
  remoteNamespace: v.pipe(v.string(BAD_ORGANIZATION), v.check(isOrganizationName, BAD_ORGANIZATION)),
  syncAuto: v.nullish(v.boolean('syncAuto is not a boolean.'), false),
  override: v.nullish(v.boolean('override is not a boolean.'), false),
});

function readTask(call: Call): NewTask {
  const names = readNames(call);
  const body = readJsonObject(call);
  if (body === undefined) throw parameterError('The body is not an object in application/json.');
  const task = v.safeParse(taskSchema, body);
  if (!task.success) throw parameterError(task.issues[0].message);
  return { ...names, ...task.output };
}

function refuseAbsent(what: string): Error {
  return swrError(404, 'SVCSTG.SWR.4040010', `Not found: ${what}`);
}
