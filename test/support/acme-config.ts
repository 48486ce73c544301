import type { Config } from '../../lib/config/config.ts';
import type { Account } from '../../lib/huaweicloud/accounts.ts';
import { REGION } from './cloud.ts';
import { safety } from './safety.ts';

/** An account whose IAM and SWR are both at that address. */
export function acmeAccount(url: string, differences: Partial<Account> = {}): Account {
  return {
    region: REGION,
    credentials: 'env:HUAWEI_CLOUD_CREDENTIALS',
    iamEndpoint: url,
    swrEndpoint: url,
    ...differences,
  };
}

/** Configuration with one account, `main`, and a route from every repository of `acme` in ECR. */
export function acmeConfig(url: string, differences: Partial<Config> = {}): Config {
  return {
    stage: 'test',
    accounts: { main: acmeAccount(url) },
    defaultAccount: 'main',
    sources: {},
    routes: [{ from: 'ecr:acme/{name+}', to: 'acme/{name}', account: 'main' }],
    safety: safety(),
    sweep: { mode: 'dry-run', maxPercent: 5, targetAccounts: [] },
    ledger: { retentionDays: 90 },
    events: { confirmEcr: false, allowedSources: ['forge.**'] },
    ...differences,
  };
}
