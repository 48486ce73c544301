import type { Deadline } from '../../lib/deadline.ts';
import { parseCredentials } from '../../lib/huaweicloud/credentials.ts';
import { Rejections } from '../../lib/huaweicloud/rejections.ts';
import type { UnsignedRequest } from '../../lib/huaweicloud/sign-sdk-request.ts';
import {
  type Authorization,
  type AuthorizerOptions,
  StoredAuthorizer,
} from '../../lib/huaweicloud/stored-authorizer.ts';
import { SwrClient } from '../../lib/huaweicloud/swr.ts';
import { REGION, SECRET } from './cloud.ts';
import { recordLog } from './recorded-log.ts';

const request: UnsignedRequest = {
  method: 'GET',
  url: new URL('https://swr-api.cn-north-4.myhuaweicloud.com/v2/manage/namespaces'),
  headers: { accept: 'application/json' },
};

/** @param url of the IAM. */
export function storedAuthorizer(
  url: string,
  differences: Partial<AuthorizerOptions> = {},
): StoredAuthorizer {
  return new StoredAuthorizer({
    iamEndpoint: url,
    project: REGION,
    readCredentials: () => Promise.resolve(parseCredentials(SECRET)),
    rejections: new Rejections(),
    log: recordLog().log,
    ...differences,
  });
}

/** Reads the token out of the headers that authorize a call. */
export interface TokenReader {
  get(deadline: Deadline): Promise<string>;
  authorize(deadline: Deadline): Promise<Authorization>;
}

/** @param url of the IAM. */
export function tokenReader(url: string, differences: Partial<AuthorizerOptions> = {}): TokenReader {
  const authorizer = storedAuthorizer(url, differences);
  const authorize = (deadline: Deadline) => authorizer.authorize(request, deadline);
  return {
    authorize,
    get: async (deadline) => (await authorize(deadline)).headers['x-auth-token'] ?? 'no token',
  };
}

/** @param url of both IAM and SWR. */
export function swrClient(url: string, authorizer = storedAuthorizer(url)): SwrClient {
  return new SwrClient(url, authorizer);
}
