import { expect, it, onTestFinished } from 'vitest';
import { automation } from '../../../src/plugins/automation/index.ts';
import { jobs } from '../../../src/plugins/jobs/index.ts';
import { notifications } from '../../../src/plugins/notifications/index.ts';
import { openEmpty } from '../../support/database.ts';
import { startSmtp } from '../../support/smtp.ts';
import { eventually } from '../jobs/support.ts';
import { startLive } from '../realtime/support.ts';

const ada = '018f0000-0000-7000-8000-0000000000a1';
const ben = '018f0000-0000-7000-8000-0000000000a2';

it('messages in the app arrive live where they belong, and those of automations by mail', async () => {
  const smtp = await startSmtp();
  onTestFinished(() => smtp.close());
  const database = await openEmpty();
  onTestFinished(() => database.close());
  const app = await startLive({
    database,
    objects: [{ name: 'deal', fields: { name: 'text' }, workflows: [{ name: 'tell', triggerType: 'on_create', actions: [{ name: 'mail', type: 'email_alert', subject: 'New: {name}', body: 'Look at {name}.', recipients: ['sales@example.com'] }] }] }],
    rules: [],
    plugins: [jobs({ pollSeconds: 60 }), automation(), notifications({ mail: { url: smtp.url } })],
  });
  for (const [id, name] of [[ada, 'ada'], [ben, 'ben']]) await app.system('mutation ($input: UserCreateInput!) { createUser(input: $input) { record { id } } }', { input: { id, name, email: `${String(name)}@example.com` } });
  const streams = [ada, ben].map((userId) => app.follow('subscription { notificationChanges { cursor kind recordId changedFields record { title readAt } } }', { userId }));
  await eventually(() => expect(streams.map(({ kinds }) => kinds)).toEqual([['READY'], ['READY']]));
  await app.platform.kernel.services.get('notifications', 'the test').send({ channel: 'in_app', recipients: [ada], subject: 'Hello', body: 'There' }, {});
  await eventually(() => expect(streams[0]?.messages.at(-1)).toMatchObject({ kind: 'CREATED', record: { title: 'Hello', readAt: null } }));
  expect((await app.as({ userId: ada }).query('mutation { markNotificationsRead }')).data).toEqual({ markNotificationsRead: 1 });
  await eventually(() => expect(streams[0]?.messages.at(-1)).toMatchObject({ kind: 'UPDATED', record: { readAt: expect.any(String) as string } }));
  expect(streams[1]?.kinds).toEqual(['READY']);

  await app.system('mutation { createDeal(input: { name: "Big" }) { record { id } } }');
  await eventually(() => expect(smtp.mails.map(({ to, text }) => [to, /Subject: New: Big[\s\S]*Look at Big\./.test(text)])).toEqual([[['sales@example.com'], true]]));
});
