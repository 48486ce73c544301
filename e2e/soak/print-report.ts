import type { SoakReport } from './report.ts';

const MAX_PROBLEMS = 20;
const WIDTH = 110;

/** The report for a person, with the command that plays the same once more. */
export function printReport(report: SoakReport): string {
  const { seed, events, seconds, eventsPerSecond, problems, calls, faults } = report;
  const went = problems.length === 0 ? 'All is well' : `${problems.length} things are wrong`;
  const share = ((100 * sum(faults)) / Math.max(1, sum(calls))).toFixed(1);
  const shown = problems.slice(0, MAX_PROBLEMS).map((problem) => `  ${problem}`);
  return [
    ...section('events', report.ways),
    ...section('deliveries', report.deliveries),
    ...section('sent again', report.sentAgain),
    ...section('messages', report.messages),
    ...section('calls', calls),
    ...section(`faults (${share} %)`, faults),
    ...section('AWS faults', report.awsFaults),
    ...section('kills', report.kills),
    ...section('outcomes', report.outcomes),
    ...section('sweeps', report.sweeps),
    ...section('dead letters', report.deadLetters),
    ...section('tasks', report.tasks),
    ...section('ledger', report.ledger),
    '',
    `${went}: ${events} events in ${seconds} s, ${eventsPerSecond} a second. Seed ${seed}.`,
    ...shown,
    ...(problems.length > MAX_PROBLEMS ? [`  and ${problems.length - MAX_PROBLEMS} more`] : []),
    ...(problems.length > 0 ? [`Again: npm run soak -- --events ${events} --seed ${seed}`] : []),
  ].join('\n');
}

/** The counts of one kind, in as many lines as they need. */
function section(title: string, counts: Readonly<Record<string, number>>): string[] {
  const parts = Object.entries(counts).map(([name, count]) => `${name} ${count.toLocaleString('en')}`);
  if (parts.length === 0) return [];
  const lines: string[] = [];
  let line = `${title.padEnd(16)} `;
  for (const [index, part] of parts.entries()) {
    const text = index < parts.length - 1 ? `${part}, ` : part;
    if (line.trim() !== '' && line.length + text.length > WIDTH) {
      lines.push(line.trimEnd());
      line = ' '.repeat(17);
    }
    line += text;
  }
  return [...lines, line];
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, each) => total + each, 0);
}
