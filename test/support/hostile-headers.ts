/** Headers by which a local server knows a web page, or a name that a page's owner has given this machine. */
export const HOSTILE_HEADERS: readonly { readonly hostile: Readonly<Record<string, string>> }[] = [
  ...['https://attacker.example', 'http://localhost:3000', 'http://127.0.0.1', 'null', ''].map((Origin) => ({
    hostile: { Origin },
  })),
  ...['cross-site', 'same-site', 'same-origin', 'none'].map((site) => ({
    hostile: { 'Sec-Fetch-Site': site },
  })),
  ...[
    'attacker.example',
    'attacker.example:80',
    'localhost.attacker.example',
    '127.0.0.1.attacker.example',
    '127.0.0.1@attacker.example',
    'attacker.example/127.0.0.1',
    '10.0.0.1',
    '0.0.0.0',
    '2130706433',
    '[::]',
    '[::2]',
  ].map((Host) => ({ hostile: { Host } })),
];
