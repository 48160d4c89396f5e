import { outboundRequest, type OutboundResponse } from '../../../kernel/outbound-request.ts';
import type { NotificationsSettings } from '../settings.ts';
import { Undeliverable } from './channel.ts';

export type Post = (url: string, body: string | Buffer, headers: Readonly<Record<string, string>>) => Promise<OutboundResponse>;

/** Posts to services of others: redirects are not followed, the own network is left alone. Statuses outside of 2xx are thrown. */
export function createPost({ timeoutMs, allowPrivateAddresses }: Pick<NotificationsSettings, 'timeoutMs' | 'allowPrivateAddresses'>): Post {
  return async (url, body, headers) => {
    const answer = await outboundRequest({ url: new URL(url), method: 'POST', body, headers: { 'user-agent': 'ObjectOS', ...headers }, timeoutMs, allowPrivateAddresses });
    if (answer.status >= 200 && answer.status <= 299) return answer;
    const message = `The service answered with status ${answer.status}.`;
    throw [400, 401, 403, 404, 405, 410, 413, 422].includes(answer.status) ? new Undeliverable(message) : new Error(message);
  };
}

export const webAddressProblem = (address: string): string | undefined => (/^https?:$/.test(URL.parse(address)?.protocol ?? '') ? undefined : 'an http or https address is expected');
