import { runSweep, type SweepProgress } from '../../cli/run-sweep.ts';
import { Cleaner } from '../../lib/cleanup/cleaner.ts';
import type { CleanupResult } from '../../lib/cleanup/outcome.ts';
import type { CleanupRequest } from '../../lib/cleanup/request.ts';
import type { Config } from '../../lib/config/config.ts';
import type { Deadline } from '../../lib/deadline.ts';
import { Accounts } from '../../lib/huaweicloud/accounts.ts';
import { DynamoSweepLedger } from '../../lib/ledger/sweep-ledger.ts';
import { findSources } from '../../lib/routing/find-sources.ts';
import { createCheckExistence } from '../../lib/sources/check-existence.ts';
import type { SweepReport } from '../../lib/sweep/ledger.ts';
import type { SweepContext } from '../../lib/sweep/step.ts';
import { type Emulator, startEmulator } from '../../local/huaweicloud/emulator.ts';
import { acmeAccount, acmeConfig } from './acme-config.ts';
import { type StoppedClock, stopClock } from './clock.ts';
import { DR, REGION, SECRET, USER } from './cloud.ts';
import { noHurry } from './deadline.ts';
import { type LoopbackServer, respond, startLoopbackServer } from './loopback-server.ts';
import { MemoryTable, memoryLedger } from './memory-table.ts';
import { type RecordedLog, recordLog } from './recorded-log.ts';
import { useEach } from './use.ts';

const OLD = '2026-03-02T08:15:27.53183Z';

export interface Differences extends Partial<Omit<SweepContext, 'config'>> {
  readonly config?: Partial<Config>;
  /** Of GitHub. */
  readonly canary?: string;
}

/** A region with repositories, one that their tasks copy to, a forge, and a memory: all empty, and all on loopback. */
export interface Sweeping {
  /** `main`, in `cn-north-4`. */
  readonly cloud: Emulator;
  /** `far`, in the region of `DR`. */
  readonly far: Emulator;
  /** Plays GitHub, where all are private: the status of a repository is 404 unless it is in `forge`. */
  readonly forge: Map<string, number>;
  /** Repositories that were checked at the forge. */
  asked(): string[];
  /** Starts at 2026-11-24T03:00:00Z. */
  readonly clock: StoppedClock;
  readonly recorded: RecordedLog;
  readonly requested: CleanupRequest[];
  readonly announced: readonly SweepReport[];
  /** Adds repositories to an organization, each with an old task to each target. */
  plant(namespace: string, repositories: readonly string[], targets?: readonly (typeof DR)[]): void;
  context(differences?: Differences): SweepContext;
  /** Every task to `DR` is one to an organization that is gone. */
  readonly contextWithTargets: (
    sweep?: Partial<SweepContext['config']['sweep']>,
    others?: Omit<Differences, 'config'>,
  ) => SweepContext;
  /** Does what a sweep has asked for, as the function `clean` does. */
  clean(request: CleanupRequest): Promise<CleanupResult>;
  /** Runs a sweep to its end, as of now. */
  run(id: string, context?: SweepContext): Promise<SweepReport | undefined>;
  close(): Promise<void>;
}

export async function startSweeping(): Promise<Sweeping> {
  const forge = new Map<string, number>();
  const [cloud, far, github] = await Promise.all([
    startEmulator({ seed: { region: REGION, users: [USER] } }),
    startEmulator({ seed: { region: DR.remoteRegionId, users: [USER] } }),
    startLoopbackServer((response, { path }) => {
      const status = path === '/user' ? 200 : (forge.get(path.replace('/repos/', '')) ?? 404);
      respond(response, status, { private: true });
    }),
  ]);
  const table = new MemoryTable();
  const clock = stopClock();
  const recorded = recordLog();
  const requested: CleanupRequest[] = [];
  const announced: SweepReport[] = [];
  const read = (reference: string) => Promise.resolve(reference === 'env:TOKEN' ? 'token' : SECRET);
  const configOf = (differences: Partial<Config> = {}, canary?: string) =>
    acmeConfig(cloud.url, {
      accounts: { main: acmeAccount(cloud.url), far: acmeAccount(far.url, { region: DR.remoteRegionId }) },
      sources: {
        github: {
          type: 'github',
          secret: 'env:X',
          api: { url: github.url, credentials: 'env:TOKEN', ...(canary !== undefined && { canary }) },
        },
      },
      routes: [],
      sweep: { mode: 'apply', maxPercent: 100, targetAccounts: [] },
      ...differences,
    });
  const contextOf = ({ config: differences, canary, ...others }: Differences = {}): SweepContext => {
    const config = configOf(differences, canary);
    return {
      config,
      accounts: new Accounts(config.accounts, read, recorded.log),
      checkExistence: createCheckExistence(config, read),
      ledger: new DynamoSweepLedger({ table, retentionDays: config.ledger.retentionDays }),
      request: (requests) => Promise.resolve(void requested.push(...requests)),
      publish: (report) => Promise.resolve(void announced.push(report)),
      log: recorded.log,
      now: clock.read,
      ...others,
    };
  };
  return {
    cloud,
    far,
    forge,
    asked: () => namesAsked(github),
    clock,
    recorded,
    requested,
    announced,
    plant(namespace, repositories, targets = [DR]) {
      for (const repository of repositories) {
        cloud.cloud.addRepository(namespace, repository);
        for (const target of targets)
          cloud.cloud.addTask({ namespace, repository, ...target, createdAt: OLD });
      }
    },
    context: contextOf,
    contextWithTargets(sweep, others) {
      far.cloud.addOrganization('somebody');
      const config = {
        sweep: { mode: 'apply', maxPercent: 100, targetAccounts: ['far'], ...sweep },
      } as const;
      return contextOf({ ...others, config });
    },
    clean(request) {
      const config = configOf();
      const { log } = recorded;
      const accounts = new Accounts(config.accounts, read, log);
      const checkExistence = createCheckExistence(config, read);
      return new Cleaner({
        config,
        accounts,
        checkExistence,
        ledger: memoryLedger(table),
        log,
        findSources: (place) => findSources(config.routes, place),
      }).clean(request, noHurry);
    },
    run: async (id, context = contextOf()) => (await follow(id, context, clock)).report,
    async close() {
      await Promise.all([cloud.close(), far.close(), github.close()]);
    },
  };
}

/** The names of so many repositories. */
export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `repository-${String(index).padStart(4, '0')}`);
}

/** Runs a sweep as far as the deadline lets it, and keeps how it went on. */
export async function follow(
  id: string,
  context: SweepContext,
  clock: StoppedClock,
  deadline: Deadline = noHurry,
): Promise<{ report: SweepReport | undefined; progress: SweepProgress[] }> {
  const progress: SweepProgress[] = [];
  const steps = runSweep({ id, startedAt: new Date(clock.now).toISOString() }, deadline, context);
  for (;;) {
    const { done, value } = await steps.next();
    if (done === true) return { report: value, progress };
    progress.push(value);
  }
}

function namesAsked({ requests }: LoopbackServer): string[] {
  return requests.flatMap(({ path }) => (path.startsWith('/repos/') ? [path.slice('/repos/'.length)] : []));
}

/** Starts the regions, the forge and the ledger for each test of a file. */
export function useSweeping(): Sweeping {
  return useEach(startSweeping);
}
