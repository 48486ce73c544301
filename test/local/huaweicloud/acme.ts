import { expect } from '@jest/globals';
import {
  type Emulator,
  type EmulatorOptions,
  type Seed,
  startEmulator,
} from '../../../local/huaweicloud/emulator.ts';
import { useEach } from '../../support/use.ts';
import { type Reply, sendRequest } from './send-request.ts';

export const JSON_TYPE = { 'Content-Type': 'application/json' };
export const DR = { remoteRegionId: 'cn-east-3', remoteNamespace: 'acme-dr' };
export const APAC = { remoteRegionId: 'ap-southeast-1', remoteNamespace: 'acme-apac' };

const seed: Seed = {
  users: [
    {
      domain: 'acme',
      name: 'robot',
      password: 'right',
      accessKey: { ak: 'AKFORTESTS', sk: 'secret-for-tests' },
    },
    { domain: 'acme', name: 'operator', password: 'right', agentOperator: true },
  ],
  agencies: [
    { domain: 'customer', name: 'cleanup', delegatedTo: 'acme' },
    { domain: 'customer', name: 'audit', delegatedTo: 'auditors' },
  ],
  projects: [{ name: 'cn-east-3' }, { name: 'cn-north-4_staging', id: 'c0ffee' }],
  organizations: [
    {
      name: 'acme',
      repositories: [
        { name: 'hello', tasks: [{ ...DR, createdAt: '2026-03-02T08:15:27.53183Z' }] },
        { name: 'payments/api', tasks: [DR, APAC] },
        { name: 'quiet' },
      ],
    },
    { name: 'other' },
  ],
};

/** An emulator with a user and an operator, two agencies of a customer, two organizations and three tasks. */
export function startAcme(options: EmulatorOptions = {}): Promise<Emulator> {
  return startEmulator({ seed, ...options });
}

/** The emulator of a test, with a clock that stands still until the test sets it. */
export interface Acme extends Emulator {
  clock: ReturnType<typeof stopClock>;
  /** Headers of a user who has logged in; empty by default. */
  headers: Record<string, string>;
}

/** Starts an emulator for each test of a file. */
export function useAcme({ loggedIn = false } = {}): Acme {
  return useEach(async () => {
    const clock = stopClock();
    const emulator = await startAcme({ clock: clock.read });
    return { ...emulator, clock, headers: loggedIn ? await authenticate(emulator.url) : {} };
  });
}

function stopClock(): { now: number; read: () => number } {
  const clock = { now: Date.parse('2026-11-24T03:00:00.000Z'), read: () => clock.now };
  return clock;
}

export function describeLogin({ name = 'robot', password = 'right', project = 'cn-north-4' } = {}) {
  return {
    auth: {
      identity: { methods: ['password'], password: { user: { domain: { name: 'acme' }, name, password } } },
      scope: { project: { name: project } },
    },
  };
}

/** As the operator, for the whole account: the only token that becomes one of an agency. */
export function describeOperatorLogin(name = 'operator') {
  return { auth: { ...describeLogin({ name }).auth, scope: { domain: { name: 'acme' } } } };
}

export function logIn(url: string, login: unknown = describeLogin()): Promise<Reply> {
  return sendRequest(url, {
    method: 'POST',
    path: '/v3/auth/tokens?nocatalog=true',
    headers: JSON_TYPE,
    body: JSON.stringify(login),
  });
}

/** The headers of a caller who has logged in. */
export async function authenticate(url: string, login?: unknown): Promise<Record<string, string>> {
  const { headers } = await logIn(url, login);
  return { 'X-Auth-Token': String(headers['x-subject-token']), ...JSON_TYPE };
}

/** The path of a repository's tasks, with the repository written as it is to be sent. */
export function syncRepo(repository: string, namespace = 'acme'): string {
  return `/v2/manage/namespaces/${namespace}/repos/${repository}/sync_repo`;
}

export function readCode({ body }: Reply): unknown {
  const parsed: unknown = JSON.parse(body);
  return typeof parsed === 'object' && parsed !== null && 'error_code' in parsed
    ? parsed.error_code
    : undefined;
}

/** Expects an error of SWR or of the gateway. */
export function expectError(reply: Reply, status: number, code: string): void {
  expect({ status: reply.status, code: readCode(reply) }).toEqual({ status, code });
}
