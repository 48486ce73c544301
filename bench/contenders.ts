import { execFileSync } from 'node:child_process';
import { rmSync, statSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { build } from '../scripts/build.ts';
import { BUNDLE_OPTIONS } from '../scripts/bundle.ts';

/** One way to build a function, bundled. */
export interface Bundle {
  readonly function: 'clean' | 'receive';
  readonly id: 'ours' | 'both-sdks' | 'aws-sdk' | 'bare';
  readonly label: string;
  readonly file: string;
  readonly bytes: number;
}
type Contender = Omit<Bundle, 'file' | 'bytes'>;

/** In print order. Peers are files in `peers/`. `receive` calls nothing in Huawei Cloud, so (a) and (b) are the same there. */
const contenders: readonly Contender[] = [
  { function: 'clean', id: 'ours', label: 'this service' },
  { function: 'clean', id: 'both-sdks', label: '(a) Middy, both SDKs' },
  { function: 'clean', id: 'aws-sdk', label: '(b) Middy, AWS SDK, fetch' },
  { function: 'clean', id: 'bare', label: '(c) bare handler' },
  { function: 'receive', id: 'ours', label: 'this service' },
  { function: 'receive', id: 'aws-sdk', label: '(a, b) Middy, AWS SDK' },
  { function: 'receive', id: 'bare', label: '(c) bare handler' },
];

/** CommonJS packages call `require` for Node's modules, which an ES module doesn't have. */
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/**
 * Bundles every contender into a temporary folder: this service as a stage gets it, and the peers with the same settings. Of the
 * AWS SDK they take the ES modules, as is usual, so that esbuild drops unused code.
 */
export async function bundleContenders(name?: Bundle['function']): Promise<readonly Bundle[]> {
  installPeers();
  const folder = await createTemporaryFolder();
  const outDir = join(folder, 'ours');
  await build({ stage: 'bench', configFile: join(import.meta.dirname, 'config.yml'), outDir });
  const bundle = async (contender: Contender): Promise<Bundle> => {
    const isOurs = contender.id === 'ours';
    const file = isOurs ? join(outDir, `${contender.function}.mjs`) : await bundlePeer(contender, folder);
    return { ...contender, file, bytes: statSync(file).size };
  };
  return Promise.all(contenders.filter((each) => name === undefined || each.function === name).map(bundle));
}

/** @returns the file. */
async function bundlePeer(contender: Contender, folder: string): Promise<string> {
  const name = `${contender.function}-${contender.id}.mjs`;
  const outfile = join(folder, name);
  await esbuild({
    ...BUNDLE_OPTIONS,
    entryPoints: [join(import.meta.dirname, 'peers', name)],
    outfile,
    mainFields: ['module', 'main'],
    logLevel: 'error',
    // The bare handlers import no package.
    ...(contender.id === 'bare' ? {} : { banner: { js: REQUIRE } }),
  });
  return outfile;
}

/** Installs the packages of the peers if they are missing or older than the lock file. */
export function installPeers(): void {
  const folder = import.meta.dirname;
  const [wanted = 0, installed = 0] = ['package-lock.json', 'node_modules/.package-lock.json'].map(
    (file) => statSync(join(folder, file), { throwIfNoEntry: false })?.mtimeMs,
  );
  if (installed >= wanted) return;
  console.error('Installing the packages of bench/package-lock.json (npm ci --prefix bench) ...');
  // Standard output belongs to the results.
  execFileSync('npm', ['ci', '--prefix', folder, '--no-audit', '--no-fund'], {
    stdio: ['ignore', process.stderr, process.stderr],
  });
}

/** A folder that is deleted when this process exits. */
export async function createTemporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'swr-sync-cleanup-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true }));
  return folder;
}
