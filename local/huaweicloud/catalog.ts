import { type Answer, answerJson } from './answer.ts';
import type { Call } from './call.ts';
import type { CloudState } from './cloud.ts';
import { refuseParameter } from './errors.ts';

const MAX_LIMIT = 1000;
const DEFAULT_LIMIT = 100;
/** What a user may do in an organization: 7 is manage, 3 edit, 1 read. */
const MANAGE = 7;

export function listNamespaces(_call: Call, cloud: CloudState): Answer {
  const creator_name = cloud.identities.accountName();
  const namespaces = cloud.organizations
    .names()
    .map((name, index) => ({ id: index + 1, name, creator_name, auth: MANAGE }));
  return answerJson(200, { namespaces });
}

export function listRepositories(call: Call, cloud: CloudState): Answer {
  const { limit, offset } = readPage(call.query);
  const page = cloud.organizations.page(offset, limit, call.query.get('namespace') ?? undefined);
  const rows = page.rows.map(({ namespace, name, createdAt }) => ({
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
    total_range: page.total,
  }));
  return answerJson(200, rows, { 'Content-Range': `${offset}-${rows.length}/${page.total}` });
}

function readPage(query: URLSearchParams): { limit: number; offset: number } {
  const limit = query.get('limit');
  const offset = query.get('offset');
  if (limit === null && offset === null) return { limit: DEFAULT_LIMIT, offset: 0 };
  if (limit === null || offset === null) throw refuseParameter('limit and offset must be used together.');
  const page = { limit: readCount(limit), offset: readCount(offset) };
  if (page.limit < 1 || page.limit > MAX_LIMIT) throw refuseParameter(`limit must be 1 to ${MAX_LIMIT}.`);
  return page;
}

function readCount(text: string): number {
  if (!/^\d+$/.test(text)) throw refuseParameter(`Not a number: ${text}`);
  return Number(text);
}
