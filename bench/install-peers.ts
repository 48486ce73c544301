import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';

const FOLDER = import.meta.dirname;
const lockSchema = v.object({
  packages: v.record(
    v.string(),
    v.object({ version: v.optional(v.string()), optional: v.optional(v.boolean()) }),
  ),
});

/** Installs the peers' packages where they are missing or not those of the lock file. */
export async function installPeers(): Promise<void> {
  if (isUpToDate()) return;
  console.error('Installing the packages of bench/package-lock.json (npm ci --prefix bench) ...');
  // Standard output belongs to the results.
  const npm = spawn('npm', ['ci', '--prefix', FOLDER, '--no-audit', '--no-fund'], {
    stdio: ['ignore', process.stderr, process.stderr],
  });
  const [code]: unknown[] = await once(npm, 'close');
  if (code !== 0) throw new Error(`npm ci --prefix bench ended with status ${String(code)}`);
}

function isUpToDate(): boolean {
  const installed = readVersions(join(FOLDER, 'node_modules', '.package-lock.json'));
  const wanted = readVersions(join(FOLDER, 'package-lock.json'));
  return [...wanted].every(([path, version]) => installed.get(path) === version);
}

/** What has to be there: without the packages that only some platforms get. */
function readVersions(file: string): Map<string, string | undefined> {
  if (!existsSync(file)) return new Map();
  const { packages } = v.parse(lockSchema, JSON.parse(readFileSync(file, 'utf8')));
  return new Map(
    Object.entries(packages)
      .filter(([path, { optional }]) => path !== '' && optional !== true)
      .map(([path, { version }]) => [path, version]),
  );
}
