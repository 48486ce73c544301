// The process in which one bundle is timed. Plain JavaScript without an import of its own: stripping types, or a module
// of Node that is loaded already, would change what is measured. Its result goes to file descriptor 3.
const { bundle, events } = JSON.parse(process.argv[2]);
const context = { awsRequestId: 'bench', getRemainingTimeInMillis: () => 60_000 };
const now = () => process.hrtime.bigint();

const startedAt = now();
const { handler } = await import(bundle);
const importedAt = now();
const first = await handler(events[0], context);
const firstAt = now();
const second = await handler(events[1], context);
const secondAt = now();

const milliseconds = (from, to) => (Number(to) - Number(from)) / 1e6;
const result = {
  importMs: milliseconds(startedAt, importedAt),
  firstMs: milliseconds(importedAt, firstAt),
  secondMs: milliseconds(firstAt, secondAt),
  answers: [first, second],
};
process.getBuiltinModule('node:fs').writeSync(3, JSON.stringify(result));
// Kept-alive connections would hold it.
process.exit();
