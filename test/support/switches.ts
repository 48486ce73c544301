import type { resourceNamesOf } from '../../lib/resource-names.ts';
import { type LoopbackServer, respond, startLoopbackServer } from './loopback-server.ts';

type Answer = readonly [status: number, body: unknown];
type Request = LoopbackServer['requests'][number];

/** Event source mappings and schedule of a stage, its account's quota and its HTTP API, as AWS answers for them. */
export interface FakeSwitches {
  readonly url: string;
  readonly requests: LoopbackServer['requests'];
  /** States by the name of the function. A function without one isn't deployed. */
  readonly mappings: Map<string, string>;
  readonly schedule: { state: string };
  /** Answers in place of those, by the beginning of the path. */
  readonly answers: Map<string, Answer>;
  /** @returns the answer of EventBridge to a call about a rule; undefined for other calls. */
  answerRule(request: Request): object | undefined;
  /** Enables everything, and forgets the answers. */
  reset(): void;
  close(): Promise<void>;
}

const MAPPINGS = '/2015-03-31/event-source-mappings';

export async function startSwitches(names: ReturnType<typeof resourceNamesOf>): Promise<FakeSwitches> {
  const { cleanFunction, sweepFunction, httpApi } = names;
  const mappings = new Map<string, string>();
  const schedule = { state: '' };
  const answers = new Map<string, Answer>();
  const reset = () => {
    mappings.clear();
    for (const name of [cleanFunction, sweepFunction]) mappings.set(name, 'Enabled');
    schedule.state = 'ENABLED';
    answers.clear();
  };
  reset();
  const list = (name: string): Answer => {
    const State = mappings.get(name);
    if (State === undefined) return [404, { Type: 'User', Message: `Function not found: ${name}` }];
    // The next read shows the state that a change leads to.
    mappings.set(name, State.replace('ing', 'ed'));
    return [200, { EventSourceMappings: [{ UUID: name, State, ScalingConfig: { MaximumConcurrency: 4 } }] }];
  };
  const answer = ({ method, path, body }: Request): Answer => {
    const given = [...answers].find(([start]) => `${method} ${path}`.startsWith(start));
    if (given !== undefined) return given[1];
    if (path.startsWith(`${MAPPINGS}?`)) return list(path.slice(path.indexOf('=') + 1));
    if (path.startsWith(`${MAPPINGS}/`)) {
      mappings.set(
        path.slice(MAPPINGS.length + 1),
        JSON.parse(body).Enabled === true ? 'Enabling' : 'Disabling',
      );
      return [202, {}];
    }
    if (path === '/2016-08-19/account-settings')
      return [200, { AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 1000 } }];
    if (path.startsWith('/v2/apis?')) return [200, { items: [{ name: httpApi, apiId: 'api1' }] }];
    return [200, { items: [{ defaultRouteSettings: { throttlingBurstLimit: 200 } }] }];
  };
  const server = await startLoopbackServer((response, request) => {
    const [status, body] = answer(request);
    const headers = status === 404 ? { 'x-amzn-errortype': 'ResourceNotFoundException' } : {};
    respond(response, status, body, headers);
  });
  return {
    url: server.url,
    requests: server.requests,
    mappings,
    schedule,
    answers,
    answerRule({ headers }) {
      const [, action] = String(headers['x-amz-target']).split('.');
      if (action === 'DescribeRule') return { State: schedule.state };
      if (action !== 'EnableRule' && action !== 'DisableRule') return undefined;
      schedule.state = `${action.replace('Rule', '').toUpperCase()}D`;
      return {};
    },
    reset,
    close: () => server.close(),
  };
}
