import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DefinitionInput } from '../../../src/metadata/phase.ts';
import { automation } from '../../../src/plugins/automation/index.ts';
import { identity } from '../../../src/plugins/identity/index.ts';
import { jobs } from '../../../src/plugins/jobs/index.ts';
import { notifications } from '../../../src/plugins/notifications/index.ts';
import { tenancy } from '../../../src/plugins/tenancy/index.ts';
import { startEndpoint, type Endpoint } from '../../support/endpoint.ts';
import { startPlatform, type TestPlatform } from '../../support/platform.ts';
import { startSmtp, type SmtpServer } from '../../support/smtp.ts';
import { eventually } from '../jobs/support.ts';
import { members, organizations, people } from '../tenancy/support.ts';
import { ask, listOf } from './support.ts';

const on = (name: string, actions: readonly DefinitionInput[]): DefinitionInput => ({ name, triggerType: 'on_create', criteria: `title = '${name}'`, actions });

let app: TestPlatform;
let endpoint: Endpoint;
let smtp: SmtpServer;
beforeAll(async () => {
  endpoint = await startEndpoint();
  smtp = await startSmtp();
  const { url } = endpoint;
  const objects: DefinitionInput[] = [
    {
      name: 'deal', tenancy: { enabled: true }, fields: { title: 'text', note: 'text', phone: 'phone' },
      workflows: [
        on('sms', [{ name: 'sms', type: 'sms_notification', recipients: ['phone'], message: 'Won {note}', fromNumber: '+4930' }]),
        on('teams', [{ name: 'teams', type: 'teams_message', recipients: [`${url}/teams`], message: 'Won {note}' }]),
        on('slack', [{ name: 'slack', type: 'slack_message', channel: '#deals', message: 'Won {note}' }]),
        { name: 'copy', triggerType: 'on_create', criteria: "title = 'tenant'", actions: [
          { name: 'entry', type: 'create_record', objectName: 'entry', fields: { text: '{note}' } },
          { name: 'script', type: 'custom_script', capabilities: ['read'], code: `return (await ctx.api.query('{ deals { nodes { note } } }')).deals.nodes.map(({ note }) => note)` },
        ] },
        { name: 'mine', triggerType: 'on_create', criteria: "title = 'mine'", runAs: 'user', actions: [{ name: 'script', type: 'custom_script', capabilities: ['read'], code: `return (await ctx.api.query('{ deals { nodes { note } } }')).deals.nodes.map(({ note }) => note).sort()` }] },
      ],
    },
    { name: 'entry', tenancy: { enabled: true }, fields: { text: 'text' } },
  ];
  app = await startPlatform({
    objects, data: members, settings: { encryption: { key: Buffer.alloc(32, 7).toString('base64') } },
    plugins: [
      jobs({ pollSeconds: 60 }), identity({ mode: 'test' }), tenancy(), automation({ keepDays: 30 }),
      notifications({
        mode: 'test', allowPrivateAddresses: true, mail: { url: smtp.url }, slackUrl: `${url}/slack`, sms: { url: `${url}/sms` },
        templates: [{
          name: 'offer', subject: 'Offer', bodyType: 'markdown', body: '# Deal\n\nWe *won* {{ deal.note }}. <b>Look</b>',
          attachments: [{ filename: 'deal {{ deal.title }}.csv', contentType: 'text/csv', content: 'title;note\n{{ deal.title }};{{ deal.note }}' }, { filename: 'none.txt', content: '{{ deal.phone }}' }],
        }],
      }),
    ],
  });
});
afterAll(async () => {
  await app.close();
  await Promise.all([endpoint.close(), smtp.close()]);
});

const within = (organization: keyof typeof organizations, user: keyof typeof people) => app.as({ userId: people[user], organizationId: organizations[organization], roles: [] });
const create = (input: object, at = within('alpha', 'ann')) => ask(at, 'mutation ($input: DealCreateInput!) { createDeal(input: $input) { record { id } } }', { input });
const body = (path: string): unknown => JSON.parse(endpoint.on(path)[0]?.body ?? 'null');

describe('messages', () => {
  it('go out as text messages and into chats', async () => {
    await create({ title: 'sms', note: 'A', phone: '+491711234567' });
    for (const title of ['teams', 'slack']) await create({ title, note: 'A & <B>' });
    await eventually(() => {
      expect(body('/sms')).toEqual({ to: '+491711234567', from: '+4930', message: 'Won A' });
      expect(body('/teams')).toMatchObject({ attachments: [{ content: { body: [{ text: 'Won A & <B>' }] } }] });
      expect(body('/slack')).toEqual({ text: 'Won A &amp; &lt;B&gt;', channel: '#deals' });
    });
  });

  it('take Markdown and files along, in which values stay text', async () => {
    const deal = { title: 'mail', note: '[us](http://evil.example) <i>&</i>' };
    await app.platform.kernel.services.get('notifications', 'the test').send({ channel: 'email', recipients: ['boss@example.com'], template: 'offer', data: { deal } }, {});
    await eventually(() => expect(smtp.mails).toHaveLength(1));
    const text = smtp.mails[0]?.text.replace(/\r\n/g, '\n') ?? '';
    expect(text).toContain('<h1>Deal</h1>\n<p>We <em>won</em> [us](http://evil.example) &lt;i&gt;&amp;&lt;/i&gt;. &lt;b&gt;Look&lt;/b&gt;</p>');
    expect(text).toContain('We *won* [us](http://evil.example) <i>&</i>.');
    expect(text).toMatch(/Content-Type: text\/csv; name="?deal mail\.csv"?/);
    expect(text).not.toContain('none.txt');
  });
});

describe('runs of organizations', () => {
  it('act in the organization of the change', async () => {
    await create({ title: 'tenant', note: 'of alpha' });
    await create({ title: 'tenant', note: 'of beta' }, within('beta', 'bea'));
    await create({ title: 'mine', note: 'mine of beta' }, within('beta', 'cat'));
    const [alpha, beta] = [within('alpha', 'ann'), within('beta', 'bea')];
    await eventually(async () => {
      for (const [at, organization] of [[alpha, 'alpha'], [beta, 'beta']] as const) {
        expect(await listOf(at, 'entries', 'text')).toEqual([{ text: `of ${organization}` }]);
        const { automationRuns } = await ask(at, '{ automationRuns(where: { rule: { eq: "copy" } }) { nodes { status steps } } }') as { automationRuns: { nodes: { status: string; steps: { output: { result?: readonly string[] } }[] }[] } };
        expect(automationRuns.nodes).toMatchObject([{ status: 'COMPLETED', steps: [{ name: 'entry' }, { name: 'script', output: { result: expect.arrayContaining([`of ${organization}`]) as unknown } }] }]);
        expect(automationRuns.nodes[0]?.steps[1]?.output.result).not.toContain(organization === 'alpha' ? 'of beta' : 'of alpha');
      }
    });
    await eventually(async () => expect(await ask(beta, '{ automationRuns(where: { rule: { eq: "mine" } }) { nodes { status steps } } }')).toMatchObject({ automationRuns: { nodes: [{ status: 'COMPLETED', steps: [{ output: { result: ['mine of beta', 'of beta'] } }] }] } }));
  });
});

it('keeps runs that are over for keepDays, and all others', async () => {
  const { database } = app.platform;
  const counts = async (): Promise<unknown> => (await database.query({ text: `SELECT status, count(*)::int AS times FROM sys_automation_run WHERE rule LIKE 'kept%' GROUP BY status ORDER BY status`, values: [] })).rows;
  for (const [days, status] of [[31, 'completed'], [31, 'failed'], [31, 'cancelled'], [29, 'completed'], [31, 'retrying']] as const) {
    await database.query({
      text: `INSERT INTO sys_automation_run (id, rule, event, status, run_as, attempts, progress, finished_at, created_at, updated_at, version) VALUES (gen_random_uuid(), 'kept ' || $1, 'create', $2, 'system', 1, 100, CASE WHEN $2 <> 'retrying' THEN now() - make_interval(days => $3::int) END, now(), now(), 1)`,
      values: [String(days), status, days],
    });
  }
  await app.platform.kernel.services.get('jobs', 'the test').enqueue('automation.clean', {});
  await eventually(async () => expect(await counts()).toEqual([{ status: 'completed', times: 1 }, { status: 'retrying', times: 1 }]));
});
