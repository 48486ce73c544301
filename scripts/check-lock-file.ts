/** Part of `npm run check`: what is installed is what was reviewed, and comes from the registry and nowhere else. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { ROOT, runCommand } from '../command-line/options.ts';

/** Packages that may run a script of their own while they are installed. Every other one may be malicious by then. */
const MAY_RUN_SCRIPTS: ReadonlySet<string> = new Set([
  // Takes the place of its JavaScript wrapper by the binary.
  'esbuild',
  // Native parts of tools for tests, built where there is no binary of theirs.
  '@parcel/watcher',
  'classic-level',
  'unrs-resolver',
  // Prints a text.
  'es5-ext',
]);
/** Whatever patch there is of the Node.js that Lambda runs. */
const MAY_BE_A_RANGE = /^node-linux-/;

const INTEGRITY = /^sha512-[A-Za-z0-9+/]{86}==$/;
const EXACT = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;

const specs = v.optional(v.record(v.string(), v.string()), {});
const dependencies = { dependencies: specs, devDependencies: specs, optionalDependencies: specs };
const manifestSchema = v.object(dependencies);
const lockSchema = v.object({
  lockfileVersion: v.literal(3),
  packages: v.record(
    v.string(),
    v.object({
      ...dependencies,
      peerDependencies: specs,
      /** Where it is installed under another name. */
      name: v.optional(v.string()),
      version: v.optional(v.string()),
      resolved: v.optional(v.string()),
      integrity: v.optional(v.string()),
      link: v.optional(v.boolean(), false),
      inBundle: v.optional(v.boolean(), false),
      hasInstallScript: v.optional(v.boolean(), false),
    }),
  ),
});

type Entry = v.InferOutput<typeof lockSchema>['packages'][string];

/** Says what is wrong with a `package-lock.json`; nothing if it is right. */
export function faultsOfLockFile(contents: unknown): string[] {
  const parsed = v.safeParse(lockSchema, contents);
  if (!parsed.success) return [`not a lock file of version 3: ${parsed.issues[0].message}`];
  return Object.entries(parsed.output.packages).flatMap(([path, entry]) =>
    [...faultsOfSpecs(entry), ...(path === '' ? [] : faultsOfEntry(path, entry))].map(
      (fault) => `${path || 'the project'}: ${fault}`,
    ),
  );
}

function faultsOfEntry(path: string, entry: Entry): string[] {
  const faults: string[] = [];
  const { name, version = '', resolved, integrity = '', link, inBundle, hasInstallScript } = entry;
  if (resolved !== undefined && !link) {
    faults.push(
      'expected no "resolved": install with omit-lockfile-registry-resolved, and from a registry only',
    );
  }
  // A link is a folder of the project, and what is bundled came with the package around it.
  if (!link && !inBundle && !INTEGRITY.test(integrity)) faults.push('expected an "integrity" of SHA-512');
  if (!link && !EXACT.test(version)) faults.push(`expected an exact version, found "${version}"`);
  if (hasInstallScript && !MAY_RUN_SCRIPTS.has(name ?? nameOf(path))) {
    faults.push(
      'runs a script when it is installed, and is not among those that may (scripts/check-lock-file.ts)',
    );
  }
  return faults;
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** What an entry asks for from somewhere else than the registry. */
function faultsOfSpecs(entry: Entry): string[] {
  const { dependencies: own, devDependencies, optionalDependencies, peerDependencies } = entry;
  return Object.entries({ ...peerDependencies, ...devDependencies, ...optionalDependencies, ...own })
    .filter(([, spec]) => /[:/]/.test(spec.replace(/^npm:(?:@[\w.-]+\/)?/, '')))
    .map(([name, spec]) => `${name} comes from "${spec}", and not from a registry`);
}

/** Says which versions a `package.json` leaves open. */
export function faultsOfManifest(contents: unknown): string[] {
  const parsed = v.safeParse(manifestSchema, contents);
  if (!parsed.success) return [`not a package.json: ${parsed.issues[0].message}`];
  const { dependencies: own, devDependencies, optionalDependencies } = parsed.output;
  return Object.entries({ ...own, ...devDependencies, ...optionalDependencies })
    .filter(([name, spec]) => !EXACT.test(spec) && !MAY_BE_A_RANGE.test(name))
    .map(([name, spec]) => `${name}: expected an exact version, found "${spec}"`);
}

if (import.meta.main) {
  await runCommand(async () => {
    const faults: string[] = [];
    for (const folder of ['', 'bench']) {
      for (const [name, toIssues] of [
        ['package.json', faultsOfManifest],
        ['package-lock.json', faultsOfLockFile],
      ] as const) {
        const file = join(folder, name);
        const contents: unknown = JSON.parse(await readFile(join(ROOT, file), 'utf8'));
        faults.push(...toIssues(contents).map((fault) => `${file}: ${fault}`));
      }
    }
    if (faults.length > 0) throw new Error(faults.join('\n'));
    console.log('The lock files hold nothing but exact versions of a registry, each with its hash.');
  });
}
