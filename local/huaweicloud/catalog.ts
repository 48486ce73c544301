import { type Answer, answerJson } from './answer.ts';
import type { Call } from './call.ts';
import type { CloudState } from './cloud.ts';
import { refuseParameter } from './errors.ts';
import type { Listing } from './listing.ts';
import type { Repository } from './organizations.ts';

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
  const { limit, offset, isNamed } = readPage(call.query);
  const { listing } = cloud;
  const from = listing.ignoreOffset === true ? 0 : offset;
  const most = Math.min(limit, listing.repositories ?? MAX_LIMIT);
  const page = cloud.organizations.page(from, most, call.query.get('namespace') ?? undefined);
  const total = totalOf(page, listing);
  const rows = misprint(page.rows, from, listing).map(({ namespace, name, createdAt }) => ({
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
function totalOf({ rows, total }: { rows: Repository[]; total: number }, { totals }: Listing) {
  if (totals === 'none') return undefined;
  return totals === 'page' ? rows.length : (totals ?? total);
}

/** The rows of a page with what the listing does to single ones. */
function misprint(rows: Repository[], offset: number, { lose, repeat, rename = {} }: Listing): Repository[] {
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
  if (limit === null || offset === null) throw refuseParameter('limit and offset must be used together.');
  const page = { limit: readCount(limit), offset: readCount(offset), isNamed: true };
  if (page.limit < 1 || page.limit > MAX_LIMIT) throw refuseParameter(`limit must be 1 to ${MAX_LIMIT}.`);
  if (page.offset % page.limit > 0) throw refuseParameter('offset must be a multiple of limit.');
  return page;
}

function readCount(text: string): number {
  if (!/^\d+$/.test(text)) throw refuseParameter(`Not a number: ${text}`);
  return Number(text);
}
