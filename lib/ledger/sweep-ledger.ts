import * as v from 'valibot';
import type { Item } from '../aws/item.ts';
import { type Key, Table } from '../aws/table.ts';
import type { Finding, Organization, Page, Sweep, SweepLedger, SweepRecord } from '../sweep/ledger.ts';
import type { SweepReport } from '../sweep/report.ts';
import { placeInDays } from './entry.ts';
import { findingSchema, organizationSchema, pageSchema, readSweep } from './sweep-entry.ts';

export interface SweepLedgerOptions {
  readonly table: string;
  readonly retentionDays: number;
}

/** The parts of a sweep are under its id; their keys follow from what they are about. */
const SWEEP = 'sweep';
const OPEN = 'open#';
const PAGE = 'page#';
const FINDING = 'finding#';

/** The memory of sweeps in DynamoDB. */
export class DynamoSweepLedger implements SweepLedger {
  readonly #table: Table;
  readonly #retentionDays: number;

  constructor({ table, retentionDays }: SweepLedgerOptions) {
    this.#table = new Table(table);
    this.#retentionDays = retentionDays;
  }

  async begin({ id, startedAt }: Sweep): Promise<SweepRecord> {
    const places = placeInDays(Date.parse(startedAt), this.#retentionDays);
    const item = await this.#table.update({
      key: keyOf(id, SWEEP),
      setIfMissing: { kind: 'sweep', id, startedAt, state: 'running', ...places },
    });
    return readSweep(item ?? {});
  }

  async find(id: string): Promise<SweepRecord | undefined> {
    const item = await this.#get(keyOf(id, SWEEP));
    return item === undefined ? undefined : readSweep(item);
  }

  async addOrganizations(sweep: Sweep, organizations: readonly Organization[]): Promise<void> {
    await this.#table.put(
      organizations.map(({ account, namespace }) => ({
        ...keyOf(sweep.id, `${OPEN}${account}/${namespace}`),
        account,
        namespace,
        ...this.#expiryOf(sweep),
      })),
    );
    await this.#table.update({
      key: keyOf(sweep.id, SWEEP),
      setIfMissing: { organizations: organizations.length },
    });
  }

  async *organizationsLeft({ id }: Sweep): AsyncGenerator<Organization> {
    for await (const item of this.#table.query(under(id, OPEN))) yield v.parse(organizationSchema, item);
  }

  async finishOrganization({ id }: Sweep, { account, namespace }: Organization): Promise<boolean> {
    await this.#table.remove(keyOf(id, `${OPEN}${account}/${namespace}`));
    const { items } = await this.#table.queryPage({ ...under(id, OPEN), limit: 1 });
    return items.length === 0;
  }

  async findPage({ id }: Sweep, place: Organization & Pick<Page, 'offset'>): Promise<Page | undefined> {
    const item = await this.#get(keyOfPage(id, place));
    return item === undefined ? undefined : v.parse(pageSchema, item).page;
  }

  async addPage(sweep: Sweep, page: Page, findings: readonly Finding[]): Promise<Page> {
    // A page that is there has all of its findings.
    await this.#table.put(
      findings.map((finding) => ({
        ...keyOf(sweep.id, `${FINDING}${finding.account}/${finding.namespace}/${finding.repository}`),
        finding: JSON.stringify(finding),
        ...this.#expiryOf(sweep),
      })),
    );
    const item = await this.#table.update({
      key: keyOfPage(sweep.id, page),
      setIfMissing: { page: JSON.stringify(page), ...this.#expiryOf(sweep) },
    });
    return v.parse(pageSchema, item).page;
  }

  async *pages({ id }: Sweep): AsyncGenerator<Page> {
    for await (const item of this.#table.query(under(id, PAGE))) yield v.parse(pageSchema, item).page;
  }

  async *findings({ id }: Sweep): AsyncGenerator<Finding> {
    for await (const item of this.#table.query(under(id, FINDING)))
      yield v.parse(findingSchema, item).finding;
  }

  async findingsPage({ id }: Sweep, limit: number, after?: string) {
    const page = await this.#table.queryPage({ ...under(id, FINDING), limit, after });
    const findings = page.items.map((item) => v.parse(findingSchema, item).finding);
    return { findings, ...(page.after !== undefined && { after: page.after }) };
  }

  async finish(report: SweepReport): Promise<SweepReport> {
    const { id, startedAt: _, counts, reasons, ...rest } = report;
    await this.#table.update({
      key: keyOf(id, SWEEP),
      set: { ...rest, counts: JSON.stringify(counts), reasons: JSON.stringify(reasons) },
      onlyIf: { state: ['running'] },
    });
    return (await this.find(id))?.report ?? report;
  }

  async mark({ id }: Sweep, done: 'reported' | 'applied'): Promise<void> {
    await this.#table.update({ key: keyOf(id, SWEEP), setIfMissing: { [done]: 1 } });
  }

  async #get({ pk, sk }: Key): Promise<Item | undefined> {
    const range = { name: 'sk', from: sk, to: sk };
    return (await this.#table.queryPage({ hash: ['pk', pk], range })).items[0];
  }

  #expiryOf({ startedAt }: Sweep): { expiresAt: number } {
    const { expiresAt } = placeInDays(Date.parse(startedAt), this.#retentionDays);
    return { expiresAt };
  }
}

function keyOf(id: string, sk: string): Key {
  return { pk: `sweep#${id}`, sk };
}

function keyOfPage(id: string, { account, namespace, offset }: Organization & Pick<Page, 'offset'>): Key {
  return keyOf(id, `${PAGE}${account}/${namespace}#${offset}`);
}

function under(id: string, beginsWith: string) {
  return { hash: ['pk', keyOf(id, '').pk], range: { name: 'sk', beginsWith } } as const;
}
