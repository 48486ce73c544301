import type { Cloud } from './cloud.ts';
import type { Agency, NewUser } from './identities.ts';
import type { Listing, NewTask } from './rows.ts';

/** Initial contents of a cloud: plain data. */
export interface Seed {
  /** The region that this SWR is in; its project of the same name is always there. `cn-north-4` if missing. */
  region?: string;
  users?: NewUser[];
  projects?: { name: string; id?: string }[];
  agencies?: Agency[];
  /** Deviations of lists from the documented ones. */
  listing?: Listing;
  organizations?: {
    name: string;
    repositories?: { name: string; tasks?: Omit<NewTask, 'namespace' | 'repository'>[] }[];
  }[];
}

export function plantSeed(
  cloud: Cloud,
  { users = [], projects = [], agencies = [], organizations = [], listing = {} }: Seed,
): void {
  cloud.listing = listing;
  for (const user of users) cloud.identities.addUser(user);
  for (const { name, id } of projects) cloud.identities.addProject(name, id);
  for (const agency of agencies) cloud.identities.addAgency(agency);
  for (const { name: namespace, repositories = [] } of organizations) {
    cloud.addOrganization(namespace);
    for (const { name: repository, tasks = [] } of repositories) {
      cloud.addRepository(namespace, repository);
      for (const task of tasks) cloud.addTask({ namespace, repository, ...task });
    }
  }
}

const toDisasterRecovery = {
  remoteRegionId: 'cn-east-3',
  remoteNamespace: 'acme-dr',
  syncAuto: true,
  override: true,
  createdAt: '2026-03-02T08:15:27.53183Z',
};
const toAsia = {
  remoteRegionId: 'ap-southeast-1',
  remoteNamespace: 'acme-apac',
  syncAuto: true,
  createdAt: '2026-05-18T13:40:02.118407Z',
};
const toEurope = {
  remoteRegionId: 'eu-west-101',
  remoteNamespace: 'acme-emea',
  syncAuto: true,
  createdAt: '2026-09-30T06:01:55.9Z',
};

/** The cloud of `npm start`. Its password and keys open nothing but this emulator. */
export const localSeed: Seed = {
  region: 'cn-north-4',
  users: [
    {
      domain: 'local-account',
      name: 'swr-sync-cleanup',
      password: 'only-for-the-emulator',
      accessKey: { ak: 'LOCALACCESSKEY', sk: 'only-for-the-emulator' },
      agentOperator: true,
    },
  ],
  projects: [{ name: 'cn-north-4' }],
  agencies: [{ domain: 'local-customer', name: 'swr-sync-cleanup', delegatedTo: 'local-account' }],
  organizations: [
    {
      name: 'acme-images',
      repositories: [
        { name: 'hello-world', tasks: [toDisasterRecovery, toAsia] },
        { name: 'payments/api', tasks: [toDisasterRecovery, toAsia, toEurope] },
        { name: 'payments/worker', tasks: [toDisasterRecovery] },
        { name: 'web', tasks: [toAsia, toEurope] },
      ],
    },
    {
      name: 'platform',
      repositories: [
        { name: 'base-image', tasks: [toDisasterRecovery, toEurope] },
        { name: 'ci/runner', tasks: [toDisasterRecovery] },
      ],
    },
  ],
};
