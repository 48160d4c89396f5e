export type ResponseType = 'application/json' | 'application/graphql-response+json';
/** An answer in parts, which the general way gives. */
export type StreamType = 'text/event-stream' | 'multipart/mixed';
/** Undefined: nothing that this server could give. */
export type Negotiated = ResponseType | StreamType | undefined;

const remembered = new Map<string, Negotiated>();

/** The media type that `accept` asks for first. */
export function negotiate(accept: string | undefined): Negotiated {
  if (accept === undefined || accept === '*/*' || accept === 'application/json') return 'application/json';
  if (remembered.has(accept)) return remembered.get(accept);
  const type = choose(accept);
  if (remembered.size < 200) remembered.set(accept, type);
  return type;
}

function choose(accept: string): Negotiated {
  for (const part of accept.toLowerCase().split(',')) {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim());
    if (parameters.some((text) => text.startsWith('charset=') && !/^charset="?utf-?8"?$/.test(text))) continue;
    if (parameters.some((text) => /^q=0(\.0*)?$/.test(text))) continue;
    if (type === 'application/graphql-response+json') return type;
    if (type === 'application/json' || type === 'application/*' || type === '*/*') return 'application/json';
    if (type === 'text/event-stream' || type === 'multipart/mixed') return type;
  }
  return undefined;
}

/** Whether a request body is JSON in UTF-8; nothing else is read, since browsers send other types without asking. */
export function isJson(contentType: string | undefined): boolean {
  if (contentType === 'application/json') return true;
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';').map((text) => text.trim());
  return type === 'application/json' && parameters.every((text) => !text.startsWith('charset=') || /^charset="?utf-?8"?$/.test(text));
}

export const isMultipart = (contentType: string | undefined): boolean => /^multipart\/form-data\s*;/i.test(contentType ?? '');

export const isStream = (type: Negotiated): type is StreamType => type === 'text/event-stream' || type === 'multipart/mixed';

/** Whether `accept` is that of a browser opening a page: HTML, and no media type of GraphQL by name. */
export function wantsPage(accept: string | undefined): boolean {
  return accept !== undefined && accept.includes('text/html') && !/application\/(graphql-response\+)?json/.test(accept);
}
