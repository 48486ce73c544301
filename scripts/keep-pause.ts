import { isPaused, setSwitch, switchesOf } from '../command-line/switches.ts';

/** What a deployment needs so that a paused stage stays paused. */
export interface Pause {
  /** Environment for `serverless.yml`. */
  readonly env: { readonly STAGE_ENABLED: string };
  /** Pauses the stage again after a rollback to a template in which it was enabled, and throws the deployment's error. */
  readonly afterFailure: (error: unknown) => Promise<never>;
}

/** Reads whether the deployed stage is paused. */
export async function readPause(stage: string): Promise<Pause> {
  const paused = await isPaused(stage);
  if (paused)
    console.log(`Stage ${stage} is paused and stays so. To resume it: swr-sync resume --stage ${stage}`);
  return {
    env: { STAGE_ENABLED: String(!paused) },
    async afterFailure(error) {
      if (paused) for (const each of switchesOf(stage)) await setSwitch(each, false);
      throw error;
    },
  };
}
