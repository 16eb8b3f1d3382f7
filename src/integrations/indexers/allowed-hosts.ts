import { BlockList, isIP } from 'node:net';

/** Addresses of no public host: loopback, link-local, private. Names are judged by their ending only. */
const PRIVATE = new BlockList();
PRIVATE.addSubnet('0.0.0.0', 8);
PRIVATE.addSubnet('10.0.0.0', 8);
PRIVATE.addSubnet('100.64.0.0', 10);
PRIVATE.addSubnet('127.0.0.0', 8);
PRIVATE.addSubnet('169.254.0.0', 16);
PRIVATE.addSubnet('172.16.0.0', 12);
PRIVATE.addSubnet('192.168.0.0', 16);
PRIVATE.addAddress('::1', 'ipv6');
PRIVATE.addAddress('::', 'ipv6');
PRIVATE.addSubnet('fc00::', 7, 'ipv6');
PRIVATE.addSubnet('fe80::', 10, 'ipv6');

/**
 * Whether a link of the indexer may lead to a host. With a list, to those and the indexer's own; without, anywhere,
 * except that a public indexer may not point into the private network (which would make Longplay its errand boy).
 */
export function mayVisit(
  url: URL,
  { home, allowedHosts }: { home: URL; allowedHosts?: readonly string[] },
): boolean {
  if (url.hostname === home.hostname) return true;
  if (allowedHosts !== undefined) return allowedHosts.includes(url.hostname);
  return isPrivateHost(home.hostname) || !isPrivateHost(url.hostname);
}

export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const family = isIP(host);
  if (family !== 0) return PRIVATE.check(host, family === 6 ? 'ipv6' : 'ipv4');
  return (
    host === 'localhost' || /\.(?:localhost|local|lan|internal|home\.arpa)$/.test(host) || !host.includes('.')
  );
}
