import { parseCredentials } from '../../lib/huaweicloud/credentials.ts';
import { Refusals } from '../../lib/huaweicloud/refusals.ts';
import { SwrClient } from '../../lib/huaweicloud/swr.ts';
import { TokenKeeper, type TokenOptions } from '../../lib/huaweicloud/token.ts';
import { REGION, SECRET } from './cloud.ts';
import { recordLog } from './recorded-log.ts';

/** @param url of the IAM that it asks. */
export function tokenKeeper(url: string, differences: Partial<TokenOptions> = {}): TokenKeeper {
  return new TokenKeeper({
    iamEndpoint: url,
    project: REGION,
    readCredentials: () => Promise.resolve(parseCredentials(SECRET)),
    refusals: new Refusals(),
    log: recordLog().log,
    ...differences,
  });
}

/** @param url of both IAM and SWR. */
export function swrClient(url: string, tokens: TokenKeeper = tokenKeeper(url)): SwrClient {
  return new SwrClient(url, tokens);
}
