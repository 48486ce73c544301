import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { ROOT } from '../../command-line/options.ts';
import { build } from '../../scripts/build.ts';

const run = promisify(execFile);
const OSLS = createRequire(import.meta.url).resolve('osls/bin/serverless.js');

/** A team has a configuration of its own in `config`. */
const CONFIG = {
  accounts: {
    main: { region: 'cn-north-4', credentials: 'secretsmanager:swr-sync-cleanup/prod/huaweicloud' },
  },
  sources: { github: { type: 'github', secret: 'secretsmanager:swr-sync-cleanup/prod/github' } },
  routes: [{ from: 'github:acme/{repo}', to: 'acme-images/{repo}' }],
};

const templateSchema = v.object({
  Resources: v.record(
    v.string(),
    v.object({ Type: v.string(), Properties: v.optional(v.record(v.string(), v.unknown()), {}) }),
  ),
});
export type Template = v.InferOutput<typeof templateSchema>;

export interface Packaged {
  readonly template: Template;
  /** The text of each bundle, by its function. */
  readonly bundles: ReadonlyMap<string, string>;
}

/**
 * Packages the template of a stage with its parameters and the configuration above.
 * The folder is its own, too: other tests may be packaging in the project's.
 */
export async function packageTemplate(stage: string): Promise<Packaged> {
  const folder = await mkdtemp(join(tmpdir(), 'packaged-'));
  try {
    const configFile = join(folder, 'config.yml');
    // JSON is YAML.
    await writeFile(configFile, JSON.stringify(CONFIG));
    const sizes = await build({ stage, configFile, outDir: join(folder, 'dist') });
    for (const name of ['serverless.yml', 'package.json'])
      await copyFile(join(ROOT, name), join(folder, name));
    await symlink(join(ROOT, 'resources'), join(folder, 'resources'));
    const args = [
      OSLS,
      'package',
      '--package',
      join(folder, 'packaged'),
      '--stage',
      stage,
      '--region',
      'us-east-1',
    ];
    await run(process.execPath, args, {
      cwd: folder,
      env: { ...process.env, SLS_SCHEMA_CACHE_BASE_DIR: join(ROOT, 'node_modules/.cache') },
    });
    const text = await readFile(join(folder, 'packaged/cloudformation-template-update-stack.json'), 'utf8');
    const bundles = Object.keys(sizes).map(
      async (name) => [name, await readFile(join(folder, 'dist', `${name}.mjs`), 'utf8')] as const,
    );
    return {
      template: v.parse(templateSchema, JSON.parse(text)),
      bundles: new Map(await Promise.all(bundles)),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}
