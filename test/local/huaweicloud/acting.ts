import type { Emulator } from '../../../local/huaweicloud/emulator.ts';
import { authenticate, describeOperatorLogin, JSON_TYPE } from './acme.ts';
import { type Reply, sendRequest } from './send-request.ts';

export function describeAgency({ domain = 'customer', agency = 'cleanup', scope = {} } = {}) {
  return {
    auth: {
      identity: { methods: ['assume_role'], assume_role: { domain_name: domain, agency_name: agency } },
      scope: { project: { name: 'cn-north-4' }, ...scope },
    },
  };
}

export function askFor(url: string, request: unknown, headers: Record<string, string>): Promise<Reply> {
  return sendRequest(url, {
    method: 'POST',
    path: '/v3/auth/tokens?nocatalog=true',
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify(request),
  });
}

/** The headers of the operator, who has logged in for the whole account. */
export function operate(url: string): Promise<Record<string, string>> {
  return authenticate(url, describeOperatorLogin());
}

/** Headers of a caller with a token of the agency. */
export async function act(url: string, request: unknown = describeAgency()): Promise<Record<string, string>> {
  const { headers } = await askFor(url, request, await operate(url));
  return { 'X-Auth-Token': String(headers['x-subject-token']), ...JSON_TYPE };
}

/** Delegates the agency of these tests to that account. */
export function delegate({ cloud }: Emulator, delegatedTo: string): void {
  cloud.identities.addAgency({ domain: 'customer', name: 'cleanup', delegatedTo });
}
