import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { acmeAccount } from '../support/acme-config.ts';
import { SECRET } from '../support/cloud.ts';
import { respond, startLoopbackServer } from '../support/loopback-server.ts';
import { useOperating } from '../support/operating.ts';

const operating = useOperating();
beforeAll(async () => {
  await operating.deleteTasks('delivery-1', 'acme', 'payments/api');
});

describe('the local stack', () => {
  const stack = async (text: string) => {
    await mkdir(join(operating.folder, '.local'), { recursive: true });
    await writeFile(join(operating.folder, '.local/stack.json'), text);
  };
  beforeAll(async () => {
    const main = acmeAccount('env:LOCAL_CLOUD', { credentials: 'env:LOCAL_SECRET' });
    await operating.writeConfig('local', { accounts: { main } });
  });

  test('is found as it was written down, whatever is set', async () => {
    const { AWS_ENDPOINT_URL_DYNAMODB: ledger = '' } = operating.environment;
    const env = {
      LOCAL_CLOUD: operating.cloud.url,
      LOCAL_SECRET: SECRET,
      AWS_ENDPOINT_URL_DYNAMODB: ledger,
      LEDGER_TABLE: operating.names.ledgerTable,
    };
    await stack(JSON.stringify({ env }));
    const elsewhere = {
      STAGE: 'local',
      LOCAL_CLOUD: 'https://swr-api.example',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
    };
    await expect(operating.run('tasks', elsewhere)).resolves.toMatchObject({ status: 0 });
    await expect(operating.run('history', elsewhere)).resolves.toMatchObject({
      status: 0,
      stdout: expect.stringContaining('delivery-1'),
    });
  });

  test.each(['', '{"env":{"PORT":1}}'])(
    'is to be restarted if its file is unreadable: "%s"',
    async (text) => {
      await stack(text);
      const { status, stderr } = await operating.run('tasks --stage local');
      expect([status, stderr]).toEqual([
        2,
        expect.stringMatching(/^Unreadable .*stack\.json: restart the local stack with "npm start"\.\n$/),
      ]);
    },
  );
});

describe('AWS', () => {
  test.each(['history', 'failed list', 'history --profile work'])(
    'is called with what a profile has: %s',
    async (command) => {
      await mkdir(join(operating.folder, '.aws'), { recursive: true });
      const key =
        'aws_access_key_id = AKIDPROFILE\naws_secret_access_key = secret\naws_session_token = token\n';
      await writeFile(join(operating.folder, '.aws/credentials'), `[work]\n${key}region = ap-east-1\n`);
      const server = await startLoopbackServer((response) =>
        respond(response, 200, { Items: [], Attributes: {} }),
      );
      try {
        await operating.run(command, {
          AWS_ACCESS_KEY_ID: undefined,
          AWS_SECRET_ACCESS_KEY: undefined,
          AWS_REGION: undefined,
          AWS_PROFILE: command.includes('--profile') ? 'another' : 'work',
          AWS_ENDPOINT_URL_DYNAMODB: server.url,
          AWS_ENDPOINT_URL_SQS: server.url,
        });
        expect(server.requests[0]?.headers).toMatchObject({
          authorization: expect.stringMatching(/Credential=AKIDPROFILE\/\d{8}\/ap-east-1\//),
          'x-amz-security-token': 'token',
        });
      } finally {
        await server.close();
      }
    },
  );

  test('secrets come from its stores', async () => {
    const main = acmeAccount(operating.cloud.url, { credentials: 'secretsmanager:acme' });
    await operating.writeConfig('stored', { accounts: { main } });
    const server = await startLoopbackServer((response) => respond(response, 200, { SecretString: SECRET }));
    try {
      const endpoint = { AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url };
      await expect(operating.run('tasks --stage stored', endpoint)).resolves.toMatchObject({ status: 0 });
      expect(server.requests).toHaveLength(1);
    } finally {
      await server.close();
    }
  });

  test('is not called where nothing of it is needed', async () => {
    const nothing = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined };
    await expect(operating.run('tasks', nothing)).resolves.toMatchObject({ status: 0 });
  });
});
