import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as v from 'valibot';
import { parse } from 'yaml';
import { ROOT } from '../../command-line/options.ts';

const record = v.record(v.string(), v.unknown());
const stepSchema = v.looseObject({
  uses: v.optional(v.string()),
  run: v.optional(v.string()),
  with: v.optional(record, {}),
});
const jobSchema = v.looseObject({
  uses: v.optional(v.string()),
  'timeout-minutes': v.optional(v.number()),
  permissions: v.optional(v.record(v.string(), v.string())),
  environment: v.optional(v.string()),
  with: v.optional(record, {}),
  steps: v.optional(v.array(stepSchema), []),
});
const workflowSchema = v.looseObject({
  on: record,
  // Not "read-all" or "write-all".
  permissions: v.record(v.string(), v.string()),
  jobs: v.record(v.string(), jobSchema),
});
type Job = v.InferOutput<typeof jobSchema>;

const FOLDER = join(ROOT, '.github/workflows');
const workflows = globSync('*.{yml,yaml}', { cwd: FOLDER }).map((name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  return { name, text, content: v.parse(workflowSchema, parse(text)) };
});
const jobs = workflows.flatMap(({ name, content }) =>
  Object.entries(content.jobs).map(([job, content_]) => ({ name: `${name}, ${job}`, job: content_ })),
);
const steps = jobs.flatMap(({ name, job }) => job.steps.map((step) => ({ name, step })));
const stepsOf = (name: string) => jobs.find((each) => each.name === name)?.job.steps ?? [];

const RELEASE = 'deploy.yml, release';

/** `uses` with the comment after it. */
const USES = /^\s*(?:- )?uses:\s*(\S+)(?:\s+#\s*(\S+))?\s*$/gm;
const uses = workflows.flatMap(({ name, text }) =>
  [...text.matchAll(USES)].map(([, action = '', version]) => ({ name, action, version })),
);

test('every action of a workflow is among those that are checked', () => {
  const declared = [...jobs.map(({ job }) => job.uses), ...steps.map(({ step }) => step.uses)];
  expect(uses.map(({ action }) => action).toSorted()).toEqual(
    declared.filter((each) => each !== undefined).toSorted(),
  );
});

describe('a compromised action or a pull request gets few permissions', () => {
  test('every action is pinned to a commit, which a comment gives the version of', () => {
    const foreign = uses.filter(({ action }) => !action.startsWith('./.github/workflows/'));
    expect(foreign.length).toBeGreaterThan(5);
    for (const { action, version } of foreign) {
      expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      expect(version).toMatch(/^v\d+\.\d+\.\d+$/);
    }
  });

  test('an action has one version in all workflows', () => {
    const versions = new Map(
      uses.map(({ action, version }) => [action.split('@')[0], `${action} ${version}`]),
    );
    for (const { action, version } of uses) {
      expect(versions.get(action.split('@')[0])).toBe(`${action} ${version}`);
    }
  });

  test.each(workflows)('$name may read the code at most, unless a job says more', ({ content }) => {
    expect([{}, { contents: 'read' }]).toContainEqual(content.permissions);
  });

  test.each(jobs)(
    '$name may write nothing but a release, or the identity of a deployment',
    ({ name, job }) => {
      const writable = Object.entries(job.permissions ?? {}).filter(([, access]) => access !== 'read');
      const deploys = name.startsWith('deploy-stage.yml') || job.uses?.endsWith('/deploy-stage.yml') === true;
      const allowed = name === RELEASE ? [['contents', 'write']] : deploys ? [['id-token', 'write']] : [];
      expect(writable).toEqual(allowed);
    },
  );

  test('the job that writes a release runs no code of the repository or of a package', () => {
    const commands = stepsOf(RELEASE).map(({ run = '', uses: action = '' }) => `${action}${run}`);
    expect(commands).toHaveLength(3);
    for (const command of commands)
      expect(command).toMatch(/^(?:gh (?:run|release) |\(cd release && sha256sum )/);
  });

  test.each(workflows)(
    '$name has no trigger with the permissions of the project for pull requests of forks',
    ({ content }) => {
      const allowed = ['push', 'pull_request', 'workflow_call', 'workflow_dispatch', 'schedule'];
      expect(allowed).toEqual(expect.arrayContaining(Object.keys(content.on)));
    },
  );

  test.each(steps.filter(({ step }) => step.run !== undefined))(
    '$name has no expression in a script: $step.run',
    ({ step }) => {
      expect(step.run).not.toContain('${{');
    },
  );

  test('no checkout leaves its token behind', () => {
    const checkouts = steps.filter(({ step }) => step.uses?.startsWith('actions/checkout@'));
    expect(checkouts).toHaveLength(8);
    for (const { step } of checkouts) expect(step.with).toMatchObject({ 'persist-credentials': false });
  });

  test.each(jobs.filter(({ job }) => job.uses === undefined))('$name ends by itself', ({ name, job }) => {
    // A hosted runner ends a job after six hours; what a person waits for has to end within one.
    const most = name.startsWith('nightly.yml') ? 360 : 60;
    expect(job['timeout-minutes']).toBeLessThanOrEqual(most);
  });
});

describe('there is no key that could be stolen', () => {
  test.each(workflows)('$name uses no secret', ({ text }) => {
    expect(text).not.toMatch(/\bsecrets\b/);
    expect(text).not.toMatch(/access-key|ACCESS_KEY|SESSION_TOKEN/i);
  });

  test('only the job that writes a release has the token of its run', () => {
    const having = jobs.filter(({ job }) => JSON.stringify(job).includes('github.token'));
    expect(having.map(({ name }) => name)).toEqual([RELEASE]);
    expect(workflows.flatMap(({ text }) => text.match(/github\.token/g) ?? [])).toHaveLength(1);
  });

  test('AWS lends the credentials, after the packages are installed and not before', () => {
    const deploying = stepsOf('deploy-stage.yml, deploy');
    const indexOf = (text: string) =>
      deploying.findIndex(({ uses: action = '', run = '' }) => `${action}${run}`.startsWith(text));
    const lent = deploying[indexOf('aws-actions/configure-aws-credentials@')];
    expect(lent?.with).toMatchObject({
      'role-to-assume': '${{ vars.AWS_ROLE_ARN }}',
      'aws-region': '${{ vars.AWS_REGION }}',
    });
    const order = [
      'actions/setup-node@',
      'npm ci',
      'aws-actions/',
      'node scripts/deploy.ts deploy ',
      'actions/upload-artifact@',
    ].map(indexOf);
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((one, other) => one - other));
  });
});

describe('what deploys runs on the Node.js that is set up, and not on the one from the registry', () => {
  const deploying = jobs.filter(
    ({ job }) => job.permissions?.['id-token'] === 'write' && job.uses === undefined,
  );

  test('one job deploys', () => {
    expect(deploying.map(({ name }) => name)).toEqual(['deploy-stage.yml, deploy']);
  });

  test.each(deploying)('$name starts nothing by npm, which finds node_modules/.bin/node first', ({ job }) => {
    const scripts = job.steps.flatMap(({ run }) => run ?? []);
    for (const script of scripts) expect(script).toMatch(/^(?:npm ci|node scripts\/[^|&;\n]+)$/);
    expect(JSON.stringify(job)).not.toMatch(/node_modules|GITHUB_PATH|GITHUB_ENV|\bPATH\b/);
  });

  test.each(['deploy', 'package', 'build', 'osls'])('scripts/%s.ts starts no other node', async (name) => {
    const text = readFileSync(join(ROOT, 'scripts', `${name}.ts`), 'utf8');
    for (const [, command = ''] of text.matchAll(/\b(?:spawn|exec|execFile|fork)(?:Sync)?\(([^,)]*)/g))
      expect(command).toBe('process.execPath');
  });
});

describe('what is deployed', () => {
  const environments = jobs.filter(({ job }) => job.uses?.endsWith('/deploy-stage.yml'));

  test('goes to the environments that have a configuration, each with a job', () => {
    expect(environments.map(({ name, job }) => [name, job.with['stage']])).toEqual(
      ['dev', 'staging', 'prod'].map((stage) => [`deploy.yml, ${stage}`, stage]),
    );
    const configured = globSync('*.yml', { cwd: join(ROOT, 'config') });
    for (const { job } of environments) expect(configured).toContain(`${String(job.with['stage'])}.yml`);
  });

  test('has been checked', () => {
    const needs = ({ job }: { job: Job }) => [job['needs']].flat();
    for (const each of environments) expect(needs(each)).toContain('check');
    expect(jobs.find(({ name }) => name === 'deploy.yml, check')?.job.uses).toBe(
      './.github/workflows/check.yml',
    );
  });
});

test('every folder of lib is mutated every night', () => {
  const folders = globSync('lib/*/', { cwd: ROOT }).map((folder) => basename(folder));
  const job = jobs.find(({ name }) => name === 'nightly.yml, mutants')?.job;
  expect(job?.['strategy']).toMatchObject({ matrix: { part: ['.', ...folders.toSorted()] } });
});
