import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from '../../scripts/build.ts';

/** The bundles of a stage in a folder of their own, outside the project. */
export async function buildStage(stage: string): Promise<{ distDir: string; remove: () => Promise<void> }> {
  const distDir = await mkdtemp(join(tmpdir(), 'swr-sync-cleanup-'));
  await build({ stage, outDir: distDir });
  return { distDir, remove: () => rm(distDir, { recursive: true, force: true }) };
}
