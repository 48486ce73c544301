import assert from 'node:assert/strict';
import { join } from 'node:path';
import { localSeed, startEmulator } from '../../local/huaweicloud/emulator.ts';
import { createTemporaryFolder, installPeers } from '../contenders.ts';
import type { Scenario } from '../scenario.ts';

/** `peers/official-sdk.mjs`: its packages, and so its types, are there only after their installation. */
interface OfficialSdk {
  readonly version: string;
  /** Yields the name of each step that succeeded. */
  takeSteps(access: Readonly<Record<'url' | 'ak' | 'sk' | 'projectId', string>>): AsyncGenerator<string>;
}

export const officialSdk: Scenario = {
  name: 'official-sdk',
  summary: 'Checks that the official SWR client of Huawei Cloud works with the emulator.',
  addOptions: () => {},
  async run(_, report) {
    installPeers();
    // The SDK writes ~/.huaweicloud/application_id.
    process.env['HOME'] = await createTemporaryFolder();
    const { region = '', users } = localSeed;
    const access = {
      projectId: '0123456789abcdef0123456789abcdef',
      ...(users?.[0]?.accessKey ?? { ak: '', sk: '' }),
    };
    const projects = [{ name: region, id: access.projectId }];
    const emulator = await startEmulator({ seed: { ...localSeed, projects } });
    try {
      const sdk: OfficialSdk = await import(join(import.meta.dirname, '../peers/official-sdk.mjs'));
      const steps = await Array.fromAsync(sdk.takeSteps({ ...access, url: emulator.url }));
      report.table(
        `@huaweicloud/huaweicloud-sdk-swr ${sdk.version}`,
        steps.map((step) => ({ '': 'ok', step })),
      );
      const { entries } = emulator.journal;
      assert(
        entries.every(({ auth }) => auth === 'ak-sk'),
        'a call was not signed',
      );
      report.note(`\n${entries.length} calls, all signed with an access key`);
    } finally {
      await emulator.close();
    }
  },
};
