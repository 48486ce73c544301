import { execFile } from 'node:child_process';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import cloudformationValidate from '@aws/cloudformation-validate';
import * as v from 'valibot';
import { ROOT, readStageOptions, runCommand, type StageOptions } from '../command-line/options.ts';
import { build, NODE } from './build.ts';
import { PACKAGE_DIR, runOsls } from './osls.ts';

/** Template for CloudFormation; `osls package` names it after the second of the two steps of a first deployment. */
export const TEMPLATE_FILE = join(PACKAGE_DIR, 'cloudformation-template-update-stack.json');

/** osls needs a region, and the template is the same for all. */
const ANY_REGION = 'us-east-1';

const templateSchema = v.object({ Resources: v.record(v.string(), v.unknown()) });

type PackageOptions = StageOptions & {
  /** For the `${env:…}` of serverless.yml. */
  env?: Record<string, string>;
};

/** Builds, packages and checks one stage, offline; throws if CloudFormation would reject the template. */
export async function packageStage({
  stage,
  region = ANY_REGION,
  env = {},
}: PackageOptions): Promise<string[]> {
  await build({ stage });
  await runOsls(['package', '--package', PACKAGE_DIR], { stage, region, env });
  await writeSbom(join(ROOT, 'dist'), PACKAGE_DIR);
  const { resources, errors, warnings } = await checkTemplate(TEMPLATE_FILE);
  const findings = [...errors, ...warnings].map(
    ({ severity, ruleId, entity, message }) =>
      `  ${severity} ${ruleId} ${entity?.logicalId ?? 'template'}: ${message}`,
  );
  const summary = [
    `built with ${NODE}`,
    ...(await listZips()),
    'sbom.json: the packages in the bundles',
    `template: ${resources} resources, ${errors.length} errors, ${warnings.length} warnings`,
    ...findings,
  ];
  if (errors.length > 0) throw new Error(summary.join('\n'));
  return summary;
}

/** Checks a CloudFormation template offline, against the schemas of every resource in it. */
async function checkTemplate(file: string) {
  const engine = new cloudformationValidate.CelEngine();
  try {
    const { diagnostics } = engine.validateStandard(new cloudformationValidate.TemplateFile(file), {
      severityLevel: 'WARN',
      // A DependsOn where a reference would do: osls writes those, and they do no harm.
      exclude: { ids: ['W3005'] },
    });
    const { WARN: warnings = [], ERROR: errors = [] } = Object.groupBy(diagnostics, ({ severity }) =>
      severity === 'WARN' ? 'WARN' : 'ERROR',
    );
    const { Resources } = v.parse(templateSchema, JSON.parse(await readFile(file, 'utf8')));
    return { resources: Object.keys(Resources).length, errors, warnings };
  } finally {
    // Its memory is outside the heap.
    engine.free();
  }
}

/** Writes `sbom.json`: each package with code in a bundle, as CycloneDX. The same bundles always have the same list. */
export async function writeSbom(distDir: string, folder: string): Promise<void> {
  const command = join(ROOT, 'node_modules/@cyclonedx/cyclonedx-esbuild/bin/cyclonedx-esbuild-cli.js');
  const options = ['--output-reproducible', '--output-file', join(folder, 'sbom.json')];
  const args = [command, ...options, join(distDir, 'metafile.json')];
  await promisify(execFile)(process.execPath, args, { cwd: ROOT });
}

async function listZips(): Promise<string[]> {
  const zips = (await readdir(PACKAGE_DIR)).filter((name) => name.endsWith('.zip'));
  return Promise.all(
    zips.map(async (name) => {
      const { size } = await stat(join(PACKAGE_DIR, name));
      return `${name}: ${(size / 1024).toFixed(1)} KB`;
    }),
  );
}

if (import.meta.main) {
  await runCommand(async () => {
    const options = readStageOptions(process.argv.slice(2));
    const summary = await packageStage(options);
    console.log([`Packaged ${options.stage} into .serverless`, ...summary].join('\n  '));
  });
}
