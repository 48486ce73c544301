import { expect, test } from '@jest/globals';
import { cloudWatchResources } from '../../scripts/cloudwatch.ts';

const silenceAlarmsOf = async (sources: Record<string, { expectEvery?: string }>) => {
  const resources = await cloudWatchResources('prod', sources, () => Promise.resolve(null));
  return Object.entries(resources).filter(([id]) => id.startsWith('SourceSilentAlarm'));
};

test('watches each source with an expectEvery by an alarm of its own, for as many hours', async () => {
  const alarms = await silenceAlarmsOf({
    github: { expectEvery: '7d' },
    'team-a_git': { expectEvery: '12h' },
    quiet: {},
  });
  const alarmOf = (name: string, hours: number) => ({
    Properties: expect.objectContaining({
      AlarmName: `swr-sync-cleanup-prod-source-silent-${name}`,
      Dimensions: [
        { Name: 'Stage', Value: 'prod' },
        { Name: 'Of', Value: `source ${name}` },
      ],
      Period: 3600,
      EvaluationPeriods: hours,
      // A source that is silent has no data.
      TreatMissingData: 'breaching',
    }),
  });
  expect(alarms).toMatchObject([
    ['SourceSilentAlarmgithub', alarmOf('github', 168)],
    ['SourceSilentAlarmteamDashaUnderscoregit', alarmOf('team-a_git', 12)],
  ]);
});

test('has no such alarm without an expectEvery', async () => {
  expect(await silenceAlarmsOf({ github: {} })).toEqual([]);
});
