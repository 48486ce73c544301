/**
 * Domains of the hosts of AWS, by the beginning of the region's name.
 *
 * Source: AWS SDKs, `partitions.json`; the isolated partitions are left out.
 */
const DOMAINS = { 'cn-': 'amazonaws.com.cn', 'eusc-': 'amazonaws.eu' };

/** Domain of the hosts of AWS in a region. Service principals end with `amazonaws.com` in every region. */
export function domainOf(region: string): string {
  const [, domain = 'amazonaws.com'] =
    Object.entries(DOMAINS).find(([prefix]) => region.startsWith(prefix)) ?? [];
  return domain;
}
