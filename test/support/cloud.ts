import {
  type Emulator,
  type EmulatorOptions,
  type Seed,
  startEmulator,
} from '../../local/huaweicloud/emulator.ts';
import { useEach } from './use.ts';

export const USER = { domain: 'acme-account', name: 'robot', password: 'pa55word-for-tests' };
/** The stored secret of that user. */
export const SECRET = JSON.stringify({ domain: USER.domain, user: USER.name, password: USER.password });

/** Agency of another account for that user. */
export const AGENCY = { domain: 'customer', name: 'swr-cleanup', delegatedTo: USER.domain };
/** The stored secret of that user, who acts as the agency. */
export const AGENCY_SECRET = JSON.stringify({
  ...JSON.parse(SECRET),
  agencyDomain: AGENCY.domain,
  agency: AGENCY.name,
});

export const REGION = 'cn-north-4';
export const DR = { remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' };
export const APAC = { remoteRegionId: 'ap-southeast-1', remoteNamespace: 'acme-apac' };
export const EMEA = { remoteRegionId: 'eu-west-101', remoteNamespace: 'acme-emea' };

const CREATED_AT = '2026-03-02T08:15:27.53183Z';

const seed: Seed = {
  region: REGION,
  users: [{ ...USER, agentOperator: true }],
  agencies: [AGENCY],
  organizations: [
    {
      name: 'acme',
      repositories: [
        {
          name: 'payments/api',
          tasks: [DR, APAC].map((target) => ({ ...target, syncAuto: true, createdAt: CREATED_AT })),
        },
      ],
    },
  ],
};

/** Huawei Cloud with one user, who may act as an agency, and two tasks of `acme/payments/api`: to `DR` and to `APAC`. */
export function startCloud(options: EmulatorOptions = {}): Promise<Emulator> {
  return startEmulator({ seed, ...options });
}

/** Targets that differ in their organization. */
export function manyTargets(count: number): { remoteRegionId: string; remoteNamespace: string }[] {
  return Array.from({ length: count }, (_, index) => ({ ...DR, remoteNamespace: `mirror-${index}` }));
}

/** Starts the emulator for each test of a file. */
export function useEmulator(options: EmulatorOptions = {}): Emulator {
  return useEach(() => startCloud(options));
}
