// Middy, the AWS SDK, and the global fetch for Huawei Cloud.
import { loginOf } from './inputs.mjs';
import { createHandler } from './sdk-handler.mjs';
import { readSecret } from './sdk-secret.mjs';

const { env } = process;
let loggedIn;

async function logIn() {
  const answer = await fetch(`${env.HUAWEICLOUD_IAM_ENDPOINT}/v3/auth/tokens?nocatalog=true`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: loginOf(JSON.parse(await readSecret(env.HUAWEICLOUD_SECRET))),
  });
  if (!answer.ok) throw new Error(`IAM: ${answer.status} ${await answer.text()}`);
  await answer.arrayBuffer();
  return answer.headers.get('X-Subject-Token');
}

async function callSwr(method, { namespace, repository }, body) {
  loggedIn ??= logIn();
  const path = `/v2/manage/namespaces/${namespace}/repos/${repository.replaceAll('/', '$')}/sync_repo`;
  const answer = await fetch(env.HUAWEICLOUD_SWR_ENDPOINT + path, {
    method,
    headers: { 'Content-Type': 'application/json', 'X-Auth-Token': await loggedIn },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`SWR ${method}: ${answer.status} ${text}`);
  return text;
}

export const handler = createHandler({
  listTasks: async (request) => JSON.parse(await callSwr('GET', request)),
  deleteTask: (request, target) => callSwr('DELETE', request, target),
});
