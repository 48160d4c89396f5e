import { compileLiquid } from '../../../kernel/liquid.ts';
import { signWebhook } from '../../../kernel/webhook-signature.ts';
import type { NotificationsSettings } from '../settings.ts';
import type { Channel, Outgoing } from './channel.ts';
import { webAddressProblem, type Post } from './post.ts';

const json = { 'content-type': 'application/json' };

/** Any address that takes JSON, signed as Standard Webhooks. */
export function webhookChannel({ webhookSecret }: NotificationsSettings, post: Post): Channel {
  return {
    missing: undefined,
    addressProblem: webAddressProblem,
    async send({ id, to, topic, subject, text, url, data }) {
      const at = new Date();
      const body = JSON.stringify({ type: 'notification', timestamp: at.toISOString(), data: { topic, subject, text, url: url ?? null, data: data ?? {} } });
      await post(to, body, { ...json, ...signWebhook({ id, at, body, secrets: webhookSecret === undefined ? [] : [webhookSecret] }) });
    },
  };
}

/** Incoming webhooks of Slack. A recipient is the address of one, or a channel of the usual one. */
export function slackChannel({ slackUrl }: NotificationsSettings, post: Post): Channel {
  return {
    missing: undefined,
    addressProblem: chatAddressProblem(slackUrl, 'slackUrl'),
    async send({ to, subject, text, url, options: { mentions, threadId } }) {
      const named = texts(mentions).map((one) => `<${/^[@!]/.test(one) ? one : `@${one}`}> `).join('');
      // Slack's own escapes, so that a value makes no link and mentions nobody.
      const plain = (value: string): string => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
      const body = `${named}${[subject === '' ? '' : `*${plain(subject)}*`, plain(text), url ?? ''].filter((line) => line !== '').join('\n')}`;
      const own = webAddressProblem(to) === undefined;
      await post(own ? to : (slackUrl ?? ''), JSON.stringify({ text: body, ...(!own && { channel: to }), ...(typeof threadId === 'string' && { thread_ts: threadId }) }), json);
    },
  };
}

/** Incoming webhooks of Teams, as an adaptive card. */
export function teamsChannel({ teamsUrl }: NotificationsSettings, post: Post): Channel {
  return {
    missing: undefined,
    addressProblem: chatAddressProblem(teamsUrl, 'teamsUrl'),
    async send({ to, subject, text, url }) {
      const content = {
        $schema: 'http://adaptivecards.io/schemas/adaptive-card.json', type: 'AdaptiveCard', version: '1.4',
        body: [...(subject === '' ? [] : [{ type: 'TextBlock', text: subject, weight: 'Bolder', size: 'Medium', wrap: true }]), { type: 'TextBlock', text, wrap: true }],
        ...(url !== undefined && { actions: [{ type: 'Action.OpenUrl', title: 'Open', url }] }),
      };
      await post(webAddressProblem(to) === undefined ? to : (teamsUrl ?? ''), JSON.stringify({ type: 'message', attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }] }), json);
    },
  };
}

/** Text messages over the HTTP interface of a provider. */
export function smsChannel({ sms: { url, authorization, from, body, contentType } }: NotificationsSettings, post: Post): Channel {
  const template = compileLiquid(body, { names: ['to', 'from', 'message', 'id'] });
  return {
    missing: url === undefined ? 'no provider of text messages is set: notifications.sms.url' : undefined,
    addressProblem: (address) => (/^\+?[0-9][0-9 ()./-]{4,24}$/.test(address) ? undefined : 'a phone number is expected'),
    async send({ id, to, subject, text, options }: Outgoing) {
      const values = { id, to: to.replace(/[ ()./-]/g, ''), from: typeof options['fromNumber'] === 'string' ? options['fromNumber'] : (from ?? ''), message: [subject, text].filter((part) => part !== '').join('\n') };
      await post(url ?? '', await template.render({ values }), { 'content-type': contentType, ...(authorization !== undefined && { authorization }) });
    },
  };
}

function chatAddressProblem(usual: string | undefined, setting: string) {
  return (address: string): string | undefined => {
    if (usual !== undefined || webAddressProblem(address) === undefined) return undefined;
    return `the address of an incoming webhook is expected, or the setting notifications.${setting}`;
  };
}

function texts(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((one): one is string => typeof one === 'string' && /^[@!]?[\w|^-]+$/.test(one));
}
