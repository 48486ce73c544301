import * as v from 'valibot';
import type { Item } from '../aws/item.ts';
import type { Key, Table } from '../aws/table.ts';
import type {
  Suspicion,
  Sweep,
  SweepFinding,
  SweepLedger,
  SweepRecord,
  SweepReport,
  SweptOrganization,
  SweptPage,
} from '../sweep/ledger.ts';
import { dayOf } from './entry.ts';
import {
  findingEntrySchema,
  keyOfSuspicion,
  pageEntrySchema,
  partitionOfSuspicions,
  readSweep,
  suspicionSchema,
  sweptOrganizationSchema,
} from './sweep-entry.ts';

export interface SweepLedgerOptions {
  readonly table: Table;
  readonly retentionDays: number;
}

// Sort keys of the entries of a sweep, all under its id.
const SWEEP_KEY = 'sweep';
const OPEN_PREFIX = 'open#';
const PAGE_PREFIX = 'page#';
const FINDING_PREFIX = 'finding#';

/** Longer than the period of any schedule. */
const SUSPICION_RETENTION_DAYS = 90;
/** Suspicions of an organization that are read at once; with more, any may be recorded. */
const MAX_SUSPICIONS_READ = 1000;

/** Sweep ledger in DynamoDB. */
export class DynamoSweepLedger implements SweepLedger {
  readonly #table: Table;
  readonly #retentionDays: number;

  constructor({ table, retentionDays }: SweepLedgerOptions) {
    this.#table = table;
    this.#retentionDays = retentionDays;
  }

  async begin({ id, startedAt }: Sweep): Promise<SweepRecord> {
    const places = dayOf(Date.parse(startedAt), this.#retentionDays);
    const item = await this.#table.update({
      key: keyInSweep(id, SWEEP_KEY),
      setIfMissing: { kind: 'sweep', id, startedAt, state: 'running', ...places },
    });
    return readSweep(item ?? {});
  }

  async find(id: string): Promise<SweepRecord | undefined> {
    const item = await this.#get(keyInSweep(id, SWEEP_KEY));
    return item === undefined ? undefined : readSweep(item);
  }

  async addOrganizations(sweep: Sweep, organizations: readonly SweptOrganization[]): Promise<void> {
    await this.#table.put(
      organizations.map(({ account, namespace }) => ({
        ...keyInSweep(sweep.id, `${OPEN_PREFIX}${account}/${namespace}`),
        account,
        namespace,
        ...this.#expiryOf(sweep),
      })),
    );
    await this.#table.update({
      key: keyInSweep(sweep.id, SWEEP_KEY),
      setIfMissing: { organizations: organizations.length },
    });
  }

  async *organizationsLeft({ id }: Sweep): AsyncGenerator<SweptOrganization> {
    for await (const item of this.#table.query(under(id, OPEN_PREFIX)))
      yield v.parse(sweptOrganizationSchema, item);
  }

  async finishOrganization({ id }: Sweep, { account, namespace }: SweptOrganization): Promise<boolean> {
    await this.#table.remove(keyInSweep(id, `${OPEN_PREFIX}${account}/${namespace}`));
    const { items } = await this.#table.queryPage({ ...under(id, OPEN_PREFIX), limit: 1 });
    return items.length === 0;
  }

  async findPage(
    { id }: Sweep,
    place: Pick<SweptPage, 'account' | 'namespace' | 'offset'>,
  ): Promise<SweptPage | undefined> {
    const item = await this.#get(keyOfSweptPage(id, place));
    return item === undefined ? undefined : v.parse(pageEntrySchema, item).page;
  }

  async addPage(sweep: Sweep, page: SweptPage, findings: readonly SweepFinding[]): Promise<SweptPage> {
    // Findings are written first, so a recorded page has all of them.
    await this.#table.put(
      findings.map((finding) => ({
        ...keyInSweep(
          sweep.id,
          `${FINDING_PREFIX}${finding.account}/${finding.namespace}/${finding.repository}`,
        ),
        finding: JSON.stringify(finding),
        ...this.#expiryOf(sweep),
      })),
    );
    const item = await this.#table.update({
      key: keyOfSweptPage(sweep.id, page),
      setIfMissing: { page: JSON.stringify(page), ...this.#expiryOf(sweep) },
    });
    return v.parse(pageEntrySchema, item).page;
  }

  async *pages({ id }: Sweep): AsyncGenerator<SweptPage> {
    for await (const item of this.#table.query(under(id, PAGE_PREFIX)))
      yield v.parse(pageEntrySchema, item).page;
  }

  async *findings({ id }: Sweep): AsyncGenerator<SweepFinding> {
    for await (const item of this.#table.query(under(id, FINDING_PREFIX)))
      yield v.parse(findingEntrySchema, item).finding;
  }

  async findingsPage({ id }: Sweep, limit: number, after?: string) {
    const page = await this.#table.queryPage({ ...under(id, FINDING_PREFIX), limit, after });
    const findings = page.items.map((item) => v.parse(findingEntrySchema, item).finding);
    return { findings, ...(page.after !== undefined && { after: page.after }) };
  }

  async finish(report: SweepReport): Promise<SweepReport> {
    const { id, startedAt: _, counts, reasons, ...rest } = report;
    await this.#table.update({
      key: keyInSweep(id, SWEEP_KEY),
      set: { ...rest, counts: JSON.stringify(counts), reasons: JSON.stringify(reasons) },
      onlyIf: { state: ['running'] },
    });
    return (await this.find(id))?.report ?? report;
  }

  async mark({ id }: Sweep, done: 'reported' | 'applied'): Promise<void> {
    await this.#table.update({ key: keyInSweep(id, SWEEP_KEY), setIfMissing: { [done]: 1 } });
  }

  async suspicionsIn(organization: SweptOrganization): Promise<(suspicion: Suspicion) => boolean> {
    const { items, after } = await this.#table.queryPage({
      hash: ['pk', partitionOfSuspicions(organization)],
      limit: MAX_SUSPICIONS_READ,
    });
    const known = new Set(items.map(({ sk }) => sk));
    return after === undefined ? (suspicion) => known.has(keyOfSuspicion(suspicion).sk) : () => true;
  }

  async suspect(suspicion: Suspicion, sweepId: string, at: string) {
    const { expiresAt } = dayOf(Date.parse(at), SUSPICION_RETENTION_DAYS);
    const item = await this.#table.update({
      key: keyOfSuspicion(suspicion),
      set: { lastGoneAt: at, expiresAt },
      setIfMissing: { kind: 'suspicion', firstGoneAt: at, firstSweep: sweepId },
    });
    return v.parse(suspicionSchema, item);
  }

  async clearSuspicion(suspicion: Suspicion): Promise<void> {
    await this.#table.remove(keyOfSuspicion(suspicion));
  }

  async #get({ pk, sk }: Key): Promise<Item | undefined> {
    const range = { name: 'sk', from: sk, to: sk };
    return (await this.#table.queryPage({ hash: ['pk', pk], range })).items[0];
  }

  #expiryOf({ startedAt }: Sweep): { expiresAt: number } {
    const { expiresAt } = dayOf(Date.parse(startedAt), this.#retentionDays);
    return { expiresAt };
  }
}

function keyInSweep(id: string, sk: string): Key {
  return { pk: `sweep#${id}`, sk };
}

function keyOfSweptPage(
  id: string,
  { account, namespace, offset }: Pick<SweptPage, 'account' | 'namespace' | 'offset'>,
): Key {
  return keyInSweep(id, `${PAGE_PREFIX}${account}/${namespace}#${offset}`);
}

function under(id: string, beginsWith: string) {
  return { hash: ['pk', keyInSweep(id, '').pk], range: { name: 'sk', beginsWith } } as const;
}
