import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ROOT } from '../../command-line/options.ts';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'deploy-'));
  await mkdir(join(home, '.aws'));
  const sso = 'sso_start_url = https://acme.awsapps.com/start\nsso_region = eu-west-1\n';
  const role = 'sso_account_id = 123456789012\nsso_role_name = admin\nregion = eu-west-1\n';
  await writeFile(join(home, '.aws/config'), `[profile work]\n${sso}${role}`);
});
afterAll(() => rm(home, { recursive: true }));

test.each([
  { action: 'deploy', why: 'without a region', env: {}, says: 'No AWS region: give --region REGION,' },
  {
    action: 'remove',
    why: 'without a session',
    env: { AWS_PROFILE: 'work' },
    says: 'Run "aws sso login --profile work"',
  },
])('$action says what is missing before it builds, $why', ({ action, env, says }) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['scripts/deploy.ts', action, '--stage', 'dev'],
    { cwd: ROOT, encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: home, ...env } },
  );
  expect({ status, stdout, stderr }).toEqual({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining(says),
  });
});
