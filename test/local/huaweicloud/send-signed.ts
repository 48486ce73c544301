import { DR, JSON_TYPE, syncRepo } from './acme.ts';
import { type Reply, sendRequest } from './send-request.ts';

interface Signed {
  method?: string;
  path: string;
  body?: unknown;
  signature: string;
  headers?: Record<string, string>;
  access?: string;
  signedHeaders?: string;
}

/** Signatures are for the time at which the clock of these tests stands, and 15 minutes around it. */
export function sendSigned(
  url: string,
  {
    method = 'GET',
    path,
    body,
    signature,
    headers = {},
    access = 'AKFORTESTS',
    signedHeaders = 'content-type;host;x-sdk-date',
  }: Signed,
): Promise<Reply> {
  return sendRequest(url, {
    method,
    path,
    headers: {
      ...JSON_TYPE,
      Host: 'swr-api.cn-north-4.myhuaweicloud.com',
      'X-Sdk-Date': '20261124T030000Z',
      Authorization: `SDK-HMAC-SHA256 Access=${access}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

// Made with the signer of @huaweicloud/huaweicloud-sdk-core 3.1.211.
export const listing = {
  path: '/v2/manage/namespaces',
  signature: '6a1c9501d446a91f1c9f5d478e6b1e6147545480f6ccad36901adef7119f3177',
};
export const deletion = {
  method: 'DELETE',
  path: syncRepo('hello'),
  body: DR,
  signature: '3328f83252b43e020bd6202f6f2b397c23e8b6a04b4edd86ddf341061d0087f5',
};
