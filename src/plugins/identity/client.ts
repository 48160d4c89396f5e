import type { IncomingMessage } from 'node:http';
import type { Clients } from '../../resolvers/request.ts';
import { createRanges, type IdentitySettings } from './settings.ts';

/** The part of an incoming request that this plugin reads. */
export interface Incoming {
  header(name: string): string | undefined;
  readonly remoteAddress: string | undefined;
}

/** One that came in as an operation of GraphQL. */
export interface OperationRequest extends Incoming {
  readonly fromTrustedPage: boolean;
  addResponseHeader(name: string, value: string): void;
}

export const incomingOf = (node: IncomingMessage): Incoming => ({
  header(name) {
    const value = node.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  },
  remoteAddress: node.socket.remoteAddress,
});

export function createClients({ trustedProxies }: IdentitySettings): Clients {
  const isProxy = createRanges(trustedProxies);
  return {
    address(request) {
      let address = plain(request?.remoteAddress);
      if (!request || trustedProxies.length === 0) return address;
      const hops = (request.header('x-forwarded-for') ?? '').split(',').map((hop) => hop.trim()).filter((hop) => hop !== '');
      while (isProxy(address) && hops.length > 0) address = plain(hops.pop());
      return address;
    },
  };
}

const plain = (address: string | undefined): string | undefined => (address?.startsWith('::ffff:') === true ? address.slice(7) : address);
