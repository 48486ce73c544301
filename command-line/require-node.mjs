// For `node --import`, before an old Node.js fails at the first TypeScript file.
const NEEDED = 24;

if (Number(process.versions.node.split('.')[0]) < NEEDED) {
  console.error(
    `This command needs Node.js ${NEEDED} or newer, and found ${process.versions.node}. Install it, and run npm ci again.`,
  );
  process.exit(2);
}
