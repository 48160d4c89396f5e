import { createClient } from '/live/client/client.js';

const fields = { name: 'Name', nextStep: 'Next step' };
const byId = (id) => document.getElementById(id);
const [signIn, main, choice, people, state, problem] = [byId('sign-in'), document.querySelector('main'), byId('opportunity'), byId('people'), byId('state'), byId('problem')];

async function ask(query, variables) {
  const response = await fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors[0].message);
  return data;
}

/** The session is a cookie, which the socket carries too. */
async function begin() {
  const { me } = await ask('{ me { email } }');
  [signIn.hidden, main.hidden] = [me !== null, me === null];
  if (me === null) return;
  const { opportunities } = await ask('{ opportunities(first: 50, orderBy: [{ name: ASC }]) { nodes { id name } } }');
  choice.replaceChildren(...opportunities.nodes.map(({ id, name }) => new Option(name, id)));
  if (location.hash) choice.value = location.hash.slice(1);
  if (choice.value) open(choice.value);
}

signIn.addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    await ask('mutation($email: String!, $password: String!) { signIn(email: $email, password: $password) { user { email } } }', Object.fromEntries(new FormData(signIn)));
    await begin();
  } catch (error) {
    signIn.querySelector('[role=alert]').textContent = error.message;
  }
});

let close = () => undefined;
choice.addEventListener('change', () => open(choice.value));

function open(id) {
  close();
  history.replaceState(null, '', `#${id}`);
  const topic = `record.opportunity.${id}`;
  const client = createClient({ url: `${location.origin.replace('http', 'ws')}/graphql`, retryAttempts: Infinity, retryWait: () => new Promise((resolve) => setTimeout(resolve, 500)), shouldRetry: ({ code }) => code !== 4401 });
  const members = new Map();
  let self;

  const inputs = Object.fromEntries(Object.keys(fields).map((field) => [field, document.createElement('input')]));
  byId('fields').replaceChildren(...Object.entries(inputs).map(([field, input]) => {
    const [label, badge] = [document.createElement('label'), document.createElement('span')];
    [input.name, badge.className] = [field, 'badge'];
    label.append(fields[field], badge, input);
    return label;
  }));

  const tell = (state) => void client.iterate({ query: 'mutation($topic: String!, $state: PresenceStateInput!) { updatePresence(topic: $topic, state: $state) }', variables: { topic, state } }).next();
  const at = (input, typing) => ({ status: 'ONLINE', device: 'DESKTOP', location: '/live', fieldName: input.name, typing, position: { line: 0, column: input.selectionStart ?? 0 } });
  for (const input of Object.values(inputs)) {
    input.addEventListener('focus', () => tell(at(input, false)));
    input.addEventListener('input', () => tell(at(input, true)));
    input.addEventListener('blur', () => tell({ status: 'ONLINE' }));
    input.addEventListener('change', async () => {
      problem.textContent = '';
      try {
        await ask('mutation($id: ID!, $input: OpportunityUpdateInput!) { updateOpportunity(id: $id, input: $input) { record { id } } }', { id, input: { [input.name]: input.value } });
      } catch (error) {
        problem.textContent = error.message;
      }
    });
  }

  function showPeople() {
    const list = [...members.values()];
    people.replaceChildren(...list.map(({ id, name }) => {
      const item = document.createElement('li');
      item.textContent = `${name ?? 'Somebody'}${id === self ? ' (you)' : ''}`;
      return item;
    }));
    for (const [field, input] of Object.entries(inputs)) {
      const there = list.filter(({ id, state }) => id !== self && state.fieldName === field);
      const badge = input.previousSibling;
      badge.textContent = there.map(({ name, state }) => `${name ?? 'Somebody'}${state.typing ? ' is writing' : ''}`).join(', ');
      badge.hidden = there.length === 0;
    }
  }

  // After a lost connection both begin anew: with the roster, and with the record as it is.
  const follow = (query, variables, next) => client.subscribe({ query, variables }, { next: ({ data, errors }) => (errors ? (problem.textContent = errors[0].message) : next(data)), error: (error) => (problem.textContent = error[0]?.message ?? 'The connection ended.'), complete: () => undefined });
  follow('subscription($topic: String!) { presence(topic: $topic) { kind self members { id name state { fieldName typing } } } }', { topic }, ({ presence }) => {
    if (presence.kind === 'ROSTER') members.clear();
    self = presence.self;
    for (const member of presence.members) {
      if (presence.kind === 'LEFT') members.delete(member.id);
      else members.set(member.id, member);
    }
    showPeople();
  });
  follow('subscription($id: ID!) { recordChanges(object: "opportunity", id: $id, snapshot: true) { kind record { ... on Opportunity { name nextStep } } } }', { id }, ({ recordChanges: { kind, record } }) => {
    state.textContent = kind === 'DELETED' || kind === 'LEFT' ? 'The opportunity is gone.' : 'Live';
    if (record) for (const [field, input] of Object.entries(inputs)) if (document.activeElement !== input) input.value = record[field] ?? '';
  });
  client.on('closed', () => (state.textContent = 'Connecting'));
  client.on('connected', () => (state.textContent = 'Live'));
  close = () => void client.dispose();
}

await begin();
