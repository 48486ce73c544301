import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import * as v from 'valibot';
import { writeSbom } from '../../scripts/package.ts';
import { buildStage } from '../support/built-stage.ts';

const component = v.object({ type: v.string(), name: v.string(), purl: v.optional(v.string()) });
const sbomSchema = v.object({ bomFormat: v.literal('CycloneDX'), components: v.array(component) });

test('sbom.json lists every package with code in a bundle, and no tool', async () => {
  const { distDir, remove } = await buildStage('local');
  try {
    await writeSbom(distDir, distDir);
    const first = await readFile(join(distDir, 'sbom.json'), 'utf8');
    const { components } = v.parse(sbomSchema, JSON.parse(first));
    const packages = components.flatMap(({ purl }) => (purl === undefined ? [] : [purl.replace(/\?.*/, '')]));
    expect(packages).toEqual([
      expect.stringMatching(/^pkg:npm\/%40middy\/core@7/),
      expect.stringMatching(/^pkg:npm\/%40middy\/http-json-body-parser@7/),
      expect.stringMatching(/^pkg:npm\/%40middy\/util@7/),
      expect.stringMatching(/^pkg:npm\/p-map@7/),
      expect.stringMatching(/^pkg:npm\/valibot@1/),
    ]);
    await writeSbom(distDir, distDir);
    expect(await readFile(join(distDir, 'sbom.json'), 'utf8')).toBe(first);
  } finally {
    await remove();
  }
});
