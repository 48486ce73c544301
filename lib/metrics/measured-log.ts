import type { Log } from '../log.ts';
import type { MetricName, Metrics } from './metrics.ts';

/** What is no number counts for nothing. `of`: see `Metrics.add`. */
export type Measured = readonly [name: MetricName, value: unknown, of?: unknown];

/** What an event that is logged counts for, by its name: one of something, or what its fields say. */
export type Rules = Readonly<
  Record<string, MetricName | ((fields: Readonly<Record<string, unknown>>) => readonly Measured[])>
>;

/**
 * The same log, whose lines are counted as well, those that its level drops included. So what is measured is what is logged,
 * and nobody who has something to tell has to know of metrics.
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
