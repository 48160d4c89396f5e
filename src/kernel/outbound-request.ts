import { lookup as resolve } from 'node:dns';
import { request as overHttp, type IncomingHttpHeaders } from 'node:http';
import { request as overHttps } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

export interface OutboundRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | Buffer | undefined;
  readonly timeoutMs: number;
  /** The address may lie in the own network. */
  readonly allowPrivateAddresses: boolean;
  /** Bytes of the answer that are taken; 256 KiB by default. */
  readonly largestResponse?: number | undefined;
  /** Ends the request before its time. */
  readonly signal?: AbortSignal | undefined;
}

export interface OutboundResponse {
  readonly status: number;
  /** By name in small letters. */
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Says what went wrong in words that may be shown. */
export class OutboundError extends Error {
  override readonly name: string = 'OutboundError';
}

/** What is asked for lies in the own network: it would be refused again. */
export class PrivateAddressError extends OutboundError {
  override readonly name = 'PrivateAddressError';

  constructor() {
    super('the service has an address of the own machine or network');
  }
}

const usualResponse = 256 * 1024;

/**
 * One HTTP request to a service that a definition names. Redirects are not followed, and addresses of the own machine and network are refused
 * where the connection is made, so that no name that resolves to one gets through.
 */
export function outboundRequest({ url, method, headers, body, timeoutMs, allowPrivateAddresses, largestResponse = usualResponse, signal: given }: OutboundRequest): Promise<OutboundResponse> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowPrivateAddresses && isIP(host) > 0 && isPrivateAddress(host)) return Promise.reject(new PrivateAddressError());
  return new Promise((answer, reject) => {
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = given ? AbortSignal.any([timeout, given]) : timeout;
    const fail = (error: unknown) => reject(error instanceof OutboundError ? error : new OutboundError(timeout.aborted ? `the service did not answer within ${timeoutMs} ms` : 'the service cannot be reached', { cause: error }));
    const send = url.protocol === 'https:' ? overHttps : overHttp;
    const request = send(url, { method, signal, lookup: allowPrivateAddresses ? undefined : publicLookup, headers: { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) } }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= largestResponse) chunks.push(chunk);
        else request.destroy(new OutboundError(`the service answered with more than ${largestResponse} bytes`));
      });
      response.on('error', fail);
      response.on('end', () => answer({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString('utf8') }));
    });
    request.on('error', fail);
    request.end(body);
  });
}

const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    const [first] = addresses ?? [];
    const found = addresses?.find(({ address }) => isPrivateAddress(address));
    if (error || !first) callback(error ?? new Error(`${hostname} has no address`), '', 4);
    else if (found) callback(new PrivateAddressError(), '', 4);
    else if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

/** Apart from each other: one list takes an IPv4 address for the IPv6 address that stands for it. */
const [own4, own6] = [new BlockList(), new BlockList()];
for (const [network, bits] of [
  ['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24], ['192.88.99.0', 24],
  ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4],
] as const) own4.addSubnet(network, bits, 'ipv4');
/** Among them those that carry an IPv4 address inside. */
for (const [network, bits] of [
  ['::', 96], ['::ffff:0:0', 96], ['64:ff9b::', 96], ['64:ff9b:1::', 48], ['100::', 64], ['2001::', 32], ['2001:db8::', 32], ['2002::', 16], ['fc00::', 7], ['fe80::', 10], ['fec0::', 10], ['ff00::', 8],
] as const) own6.addSubnet(network, bits, 'ipv6');

/** Loopback, private, link-local and other addresses that lead to nobody outside. */
export function isPrivateAddress(address: string): boolean {
  const [plain = ''] = address.split('%');
  const kind = isIP(plain);
  return kind === 0 || (kind === 6 ? own6.check(plain, 'ipv6') : own4.check(plain, 'ipv4'));
}
