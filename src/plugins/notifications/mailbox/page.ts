import type { ServerResponse } from 'node:http';
import { isPrivateAddress } from '../../../kernel/outbound-request.ts';
import { ObjectosError } from '../../../errors.ts';
import type { Plugin } from '../../../kernel/plugin.ts';
import type { KeptMail, Mailbox } from './mailbox.ts';

type Routes = NonNullable<NonNullable<Plugin['server']>['routes']>;

export const mailboxPath = '/dev/mailbox';

const style = 'body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#222}table{width:100%;border-collapse:collapse}td,th{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #ddd}pre{white-space:pre-wrap;background:#f6f6f6;padding:1rem}iframe{width:100%;height:32rem;border:1px solid #ddd}';

/** Shows the mail of the process to browsers of the own machine: it holds codes that sign people in. */
export function mailboxRoutes(mailbox: Mailbox): Routes {
  return [
    {
      method: 'GET',
      path: `${mailboxPath}/*`,
      handle(node, response, { url }) {
        const address = (node.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d)/, '');
        if (!isLoopback(address)) throw new ObjectosError('FORBIDDEN', 'The mailbox is shown on the own machine only.');
        const id = url.pathname.slice(mailboxPath.length + 1);
        if (id === '') return send(response, list(mailbox.mails));
        const [name = '', form] = id.split('/');
        const mail = mailbox.mails.find((one) => one.id === name);
        if (!mail) throw new ObjectosError('NOT_FOUND', 'There is no such mail.');
        if (form === 'html') return send(response, mail.html ?? '', "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox");
        send(response, show(mail));
      },
    },
  ];
}

const isLoopback = (address: string): boolean => isPrivateAddress(address) && (address === '::1' || address.startsWith('127.'));

const list = (mails: readonly KeptMail[]): string =>
  page('Mailbox', mails.length === 0
    ? '<p>No mail yet. What the app sends appears here, because no SMTP server is set.</p>'
    : `<table><tr><th>At</th><th>To</th><th>Subject</th></tr>${mails.map(({ id, at, to, subject }) => `<tr><td>${at.toISOString()}</td><td>${escape(to)}</td><td><a href="${mailboxPath}/${id}">${escape(subject === '' ? '(no subject)' : subject)}</a></td></tr>`).join('')}</table>`);

const show = ({ id, at, from, to, subject, text, html, attachments }: KeptMail): string =>
  page(subject, `<p><a href="${mailboxPath}">All mail</a></p><table><tr><th>From</th><td>${escape(from)}</td></tr><tr><th>To</th><td>${escape(to)}</td></tr><tr><th>At</th><td>${at.toISOString()}</td></tr>${attachments.length === 0 ? '' : `<tr><th>Files</th><td>${escape(attachments.join(', '))}</td></tr>`}</table><pre>${escape(text)}</pre>${html === undefined ? '' : `<iframe sandbox src="${mailboxPath}/${id}/html"></iframe>`}`);

const page = (title: string, body: string): string => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title><style>${style}</style></head><body><h1>${escape(title)}</h1>${body}</body></html>`;

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

function send(response: ServerResponse, html: string, policy = "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'"): void {
  response.setHeader('content-security-policy', policy);
  response.setHeader('x-frame-options', 'SAMEORIGIN');
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' });
  response.end(html);
}
