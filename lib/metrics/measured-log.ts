import type { Log } from '../log.ts';
import type { MetricName, Metrics } from './metrics.ts';

/** Value of a metric. Non-numbers are ignored. `of`: see `Metrics.add`. */
export type Measured = readonly [name: MetricName, value: unknown, of?: unknown];

/** Metrics of log events, by the event's name: a count of one, or values from its fields. */
export type Rules = Readonly<
  Record<string, MetricName | ((fields: Readonly<Record<string, unknown>>) => readonly Measured[])>
>;

/**
 * Log whose lines are counted as well, those below its level included. So metrics are what is logged, and no other code has
 * to know of metrics.
 */
export function measureLog(log: Log, metrics: Metrics, rules: Rules): Log {
  const countAnd =
    (level: 'debug' | 'info' | 'warn' | 'error'): Log['info'] =>
    (event, fields = {}) => {
      const rule = rules[event];
      const measured: readonly Measured[] = typeof rule === 'string' ? [[rule, 1]] : (rule?.(fields) ?? []);
      for (const [name, value, of] of measured)
        if (typeof value === 'number') metrics.add(name, value, typeof of === 'string' ? of : undefined);
      log[level](event, fields);
    };
  return {
    debug: countAnd('debug'),
    info: countAnd('info'),
    warn: countAnd('warn'),
    error: countAnd('error'),
    with: (fields) => measureLog(log.with(fields), metrics, rules),
  };
}

/** Metrics of every function: each reads secrets. */
export const secretRules: Rules = {
  unusable: ({ of }) => [['SecretsUnusable', 1, of]],
};
