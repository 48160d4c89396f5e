import type { IncomingMessage } from 'node:http';
import { createRanges, type IdentitySettings } from './settings.ts';

/** The part of an incoming request that this plugin reads. */
export interface Incoming {
  header(name: string): string | undefined;
  readonly remoteAddress: string | undefined;
}

export const incomingOf = (node: IncomingMessage): Incoming => ({
  header(name) {
    const value = node.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  },
  remoteAddress: node.socket.remoteAddress,
});

export interface Clients {
  /** Address of the client, behind the proxies that are trusted. */
  address(request: Incoming | undefined): string | undefined;
  /** Whether credentials are taken from there. */
  isTrusted(address: string | undefined): boolean;
}

export function createClients({ trustedProxies, policy: { network } }: IdentitySettings): Clients {
  const isProxy = createRanges(trustedProxies);
  const isKnown = createRanges(network.trustedRanges);
  return {
    address(request) {
      let address = plain(request?.remoteAddress);
      if (!request || trustedProxies.length === 0) return address;
      const hops = (request.header('x-forwarded-for') ?? '').split(',').map((hop) => hop.trim()).filter((hop) => hop !== '');
      while (isProxy(address) && hops.length > 0) address = plain(hops.pop());
      return address;
    },
    isTrusted: (address) => !network.blockUnknown || isKnown(address),
  };
}

const plain = (address: string | undefined): string | undefined => (address?.startsWith('::ffff:') === true ? address.slice(7) : address);
