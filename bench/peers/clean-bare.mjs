// No framework, no schema, no check of any answer, no log line: the least that does the work.
import { call, callAws, post } from './bare-calls.mjs';

const { env } = process;
let loggedIn;

async function logIn() {
  const { SecretString } = await callAws(
    'secretsmanager',
    'secretsmanager.GetSecretValue',
    'application/x-amz-json-1.1',
    { SecretId: env.HUAWEICLOUD_SECRET },
  );
  const { domain, user, password } = JSON.parse(SecretString);
  const { headers } = await post(
    `${env.HUAWEICLOUD_IAM_ENDPOINT}/v3/auth/tokens?nocatalog=true`,
    { 'Content-Type': 'application/json' },
    JSON.stringify({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { domain: { name: domain }, name: user, password } },
        },
        scope: { project: { name: env.HUAWEICLOUD_REGION } },
      },
    }),
  );
  return headers['x-subject-token'];
}

export async function handler({ Records }) {
  for (const { body } of Records) {
    const { namespace, repository, targets } = JSON.parse(body);
    const path = `/v2/manage/namespaces/${namespace}/repos/${repository.replaceAll('/', '$')}/sync_repo`;
    const url = env.HUAWEICLOUD_SWR_ENDPOINT + path;
    loggedIn ??= logIn();
    const headers = { 'Content-Type': 'application/json', 'X-Auth-Token': await loggedIn };
    const tasks = JSON.parse((await call('GET', url, headers)).body);
    await Promise.all(
      (targets ?? tasks).map(({ remoteRegionId, remoteNamespace }) =>
        call('DELETE', url, headers, JSON.stringify({ remoteRegionId, remoteNamespace })),
      ),
    );
  }
  return { batchItemFailures: [] };
}
