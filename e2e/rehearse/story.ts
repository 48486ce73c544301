import { performance } from 'node:perf_hooks';

/** Tells what happens step by step, with the time since the start and the time that the step took. */
export type Story = <T>(step: string, run: () => Promise<T>, tell?: (result: T) => string) => Promise<T>;

export function startStory(): Story {
  const start = performance.now();
  return async (step, run, tell) => {
    const from = performance.now();
    const report = (mark: string, detail: string) => {
      const now = performance.now();
      console.log(
        `${formatSeconds(now - start).padStart(8)}  ${mark} ${step}${detail} (${formatSeconds(now - from)})`,
      );
    };
    try {
      const result = await run();
      report('ok  ', tell === undefined ? '' : `: ${tell(result)}`);
      return result;
    } catch (error) {
      report('FAIL', '');
      throw error;
    }
  };
}

function formatSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
