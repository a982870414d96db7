import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { validateResource } from '@medplum/core';
import type { AccessPolicy, Bot, Patient } from '@medplum/fhirtypes';
import { ManualClock } from '../manual-clock.ts';
import { TestServer } from '../testing.ts';

const clock = new ManualClock('2026-03-02T08:00:00Z');
let t: TestServer;

beforeAll(async () => {
  t = await TestServer.start({ clock, secrets: { CLINIC_TIMEZONE: 'Europe/Berlin' } });
});

afterAll(() => t.server.close());

function execute(bot: Bot, input: unknown = {}, headers: Record<string, string> = {}): Promise<Response> {
  return t.post(`/fhir/R4/Bot/${bot.id}/$execute`, input, headers);
}

describe('$execute', () => {
  test('that returns content of a type that is no header sends it as bytes', async () => {
    const bot = await t.bot(
      `async () => ({ resourceType: 'Binary', contentType: 'text/x\\r\\nSet-Cookie: a=b', data: 'aGk=' })`,
    );
    const response = await t.post(`/fhir/R4/Bot/${bot.id}/$execute`, {});
    expect([response.status, response.headers.get('content-type'), response.headers.get('set-cookie')]).toEqual([
      200,
      'application/octet-stream',
      null,
    ]);
  });

  test('that returns a version which is no header sends the resource without', async () => {
    const bot = await t.bot(
      `async () => ({ resourceType: 'Patient', id: '1', meta: { versionId: 'a\\r\\nSet-Cookie: a=b \u{1F600}' } })`,
    );
    const response = await t.post(`/fhir/R4/Bot/${bot.id}/$execute`, {});
    expect([response.status, response.headers.get('etag'), response.headers.get('set-cookie')]).toEqual([
      200,
      null,
      null,
    ]);
  });

  test('runs a bot as itself, with its secrets, in the server’s time', async () => {
    const bot = await t.bot(`async (medplum, event) => ({
      input: event.input, requester: event.requester.reference, secret: event.secrets.CLINIC_TIMEZONE.valueString,
      now: new Date().toISOString(), self: event.bot.reference,
      author: (await medplum.createResource({ resourceType: 'Patient' })).meta.author.reference,
    })`);
    const response = await execute(bot, { a: [1] });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      input: { a: [1] },
      requester: `ClientApplication/${t.server.credentials.clientId}`,
      secret: 'Europe/Berlin',
      now: '2026-03-02T08:00:00.000Z',
      self: `Bot/${bot.id}`,
      author: `Bot/${bot.id}`,
    });
    expect(t.server.botRuns.at(-1)).toMatchObject({ botId: bot.id, success: true, requests: 1 });
  });

  test('runs a bot as its caller if it says so', async () => {
    const bot = await t.bot(`async (m) => (await m.createResource({ resourceType: 'Patient' })).meta.author`, {
      runAsUser: true,
    });
    expect(await (await execute(bot)).json()).toMatchObject({
      reference: `ClientApplication/${t.server.credentials.clientId}`,
    });
  });

  test('leaves a bot no more than its policy allows', async () => {
    const policy = await t.medplum.createResource<AccessPolicy>({
      resourceType: 'AccessPolicy',
      resource: [{ resourceType: 'Patient', readonly: true }],
    });
    const bot = await t.bot(
      `async (m) => [(await m.searchResources('Patient')).length > 0,
      await m.createResource({ resourceType: 'Patient' }).catch((e) => e.outcome.id)]`,
      {
        accessPolicy: { reference: `AccessPolicy/${policy.id}` },
      },
    );
    expect(await (await execute(bot)).json()).toEqual([true, 'forbidden']);
  });

  test('sends what comes back as it is', async () => {
    const bot = await t.bot('async (m, e) => eval("(" + e.input + ")")');
    const call = (expression: string) => execute(bot, expression);
    expect(await (await call('undefined')).json()).toMatchObject({ id: 'ok' });
    expect(await (await call('5')).text()).toBe('5');
    expect(await (await call('true')).text()).toBe('true');
    expect(await (await call('"raw"')).text()).toBe('raw');
    expect(await (await call('null')).text()).toBe('');
    const patient = await call('{ resourceType: "Patient", id: "1" }');
    expect(patient.headers.get('content-type')).toContain('application/fhir+json');
    const binary = await call('{ resourceType: "Binary", contentType: "text/xml", data: "PGEvPg==" }');
    expect(binary.headers.get('content-type')).toContain('text/xml');
    expect(await binary.text()).toBe('<a/>');
    expect((await call('1n')).status).toBe(400);
  });

  test.each([
    ['throw', 400, 'conflict', undefined],
    ['throw', 404, 'not-found', 'not-found'],
    ['return', 409, 'conflict', 'conflict'],
  ])('gives an outcome that a bot %ss the status %i', async (how, status, code, id) => {
    const outcome = { resourceType: 'OperationOutcome', id, issue: [{ severity: 'error', code }] };
    const bot = await t.bot(`async (m, e) => { ${how} e.input; }`);
    const response = await execute(bot, outcome);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject(JSON.parse(JSON.stringify(outcome)) as object);
  });

  test('takes text, forms and queries, and finds a bot by its identifier', async () => {
    const bot = await t.bot('async (m, e) => [e.input, e.contentType]', {
      identifier: [{ system: 'urn:test', value: 'echo' }],
    });
    const path = `/fhir/R4/Bot/${bot.id}/$execute`;
    const form = await t.fetch(path, { method: 'POST', body: new URLSearchParams({ Body: 'Hi' }) });
    expect(await form.json()).toEqual([{ Body: 'Hi' }, 'application/x-www-form-urlencoded;charset=UTF-8']);
    const text = await t.fetch(path, { method: 'POST', body: 'Hi', headers: { 'content-type': 'text/plain' } });
    expect(await text.json()).toEqual(['Hi', 'text/plain']);
    expect(await (await t.fetch(`${path}?a=1`)).json()).toEqual([{ a: '1' }, null]);
    expect((await t.post('/fhir/R4/Bot/$execute?identifier=urn:test|echo', {})).status).toBe(200);
    expect((await t.post('/fhir/R4/Bot/$execute?identifier=urn:test|other', {})).status).toBe(404);
    expect((await t.post('/fhir/R4/Bot/$execute', {})).status).toBe(400);
  });

  test('answers at once when asked to, and tells later what came of it', async () => {
    const bot = await t.bot('async (m, e) => { if (e.input.fail) throw new Error("no"); return { done: true }; }');
    const statusOf = async (input: unknown) => {
      const started = await execute(bot, input, { prefer: 'respond-async' });
      expect(started.status).toBe(202);
      await t.server.drain();
      return await fetch(started.headers.get('content-location') as string, {
        headers: { authorization: `Bearer ${t.medplum.getAccessToken()}` },
      });
    };
    const good = await statusOf({});
    expect(good.status).toBe(200);
    expect(await good.json()).toMatchObject({
      resourceType: 'AsyncJob',
      status: 'completed',
      output: { parameter: [{ name: 'responseBody', valueString: '{"done":true}' }] },
    });
    expect(await (await statusOf({ fail: true })).json()).toMatchObject({
      status: 'error',
      output: { parameter: [{ name: 'outcome', resource: { issue: [{ code: 'invalid' }] } }] },
    });
  });

  test('leaves an AuditEvent of each run', async () => {
    const bot = await t.bot(
      'async (m, e) => { console.log("ran", e.input.n); if (e.input.n === 2) throw new Error("x"); }',
    );
    await execute(bot, { n: 1 });
    await execute(bot, { n: 2 });
    const events = await t.auditOf(bot);
    expect(events.map(({ outcome }) => outcome).sort()).toEqual(['0', '4']);
    // They are written without being looked at.
    events.forEach((event) => validateResource(event));
    expect(events.find(({ outcome }) => outcome === '0')?.outcomeDesc).toBe('ran 1');
  });
});

describe('$deploy', () => {
  test('makes a new version of the bot that runs the new code', async () => {
    const bot = await t.bot('async () => 1');
    expect(await (await execute(bot)).text()).toBe('1');
    await t.deploy(bot.id, 'async () => 2');
    expect(await (await execute(bot)).text()).toBe('2');
    const after = await t.medplum.readResource('Bot', bot.id, { cache: 'reload' });
    expect(after.meta?.versionId).not.toBe(bot.meta?.versionId);
    const code = await fetch(after.executableCode?.url as string);
    expect(code.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(await code.text()).toBe('exports.handler = async () => 2;');
  });

  test('needs code, at most 1 MB of it, and its syntax is found out when it runs', async () => {
    const bot = await t.medplum.createResource<Bot>({
      resourceType: 'Bot',
      name: 'empty',
      runtimeVersion: 'vmcontext',
    });
    const path = `/fhir/R4/Bot/${bot.id}/$deploy`;
    expect(await (await t.post(path, {})).json()).toMatchObject({
      issue: [{ details: { text: 'Bot missing executable code' } }],
    });
    expect((await t.post(path, { code: 'x'.repeat(1024 * 1024) })).status).toBe(413);
    expect((await t.post(path, { code: 'this is no JavaScript' })).status).toBe(200);
    expect((await execute(bot)).status).toBe(400);
  });
});

describe('a cron bot', () => {
  const handler = `async (m, e) => { await m.createResource({ resourceType: 'Basic',
    code: { text: 'tick ' + e.input.name + ' ' + new Date().toISOString() } }); }`;
  const ticks = async (name: string) =>
    (await t.medplum.searchResources('Basic', { _count: '100' }, { cache: 'reload' }))
      .map(({ code }) => code.text as string)
      .filter((text) => text.startsWith(`tick ${name} `))
      .map((text) => text.slice(`tick ${name} `.length, -':00.000Z'.length))
      .sort();

  test('runs when the clock passes its times, in order, and not otherwise', async () => {
    await t.bot(handler, { name: 'hourly', cronString: '15 * * * *' });
    await t.bot(handler, { name: 'daily', cronString: '0 10 * * *' });
    await t.server.advance({ hours: 3 });
    expect(await ticks('hourly')).toEqual(['2026-03-02T08:15', '2026-03-02T09:15', '2026-03-02T10:15']);
    expect(await ticks('daily')).toEqual(['2026-03-02T10:00']);
  });

  test('follows its schedule when that changes, and stops when it is gone', async () => {
    const bot = await t.bot(handler, { name: 'changing', cronString: '0 * * * *' });
    await t.medplum.updateResource<Bot>({ ...bot, cronString: '30 * * * *' });
    await t.server.advance({ hours: 1 });
    expect(await ticks('changing')).toEqual(['2026-03-02T11:30']);
    await t.medplum.deleteResource('Bot', bot.id);
    await t.server.advance({ hours: 1 });
    expect(await ticks('changing')).toHaveLength(1);
  });
});

describe('a webhook', () => {
  async function hook(handler: string, fields: Partial<Bot> = {}, withPolicy = true): Promise<string> {
    const policy = await t.medplum.createResource<AccessPolicy>({
      resourceType: 'AccessPolicy',
      resource: [{ resourceType: 'Patient' }],
    });
    const bot = await t.bot(handler, {
      publicWebhook: true,
      ...fields,
      ...(withPolicy && { accessPolicy: { reference: `AccessPolicy/${policy.id}` } }),
    });
    const membership = await t.medplum.searchOne('ProjectMembership', `profile=Bot/${bot.id}`);
    return `${t.server.baseUrl}/webhook/${membership?.id}`;
  }

  test('runs a bot for anybody, with the form and the headers, and sends a Binary as it is', async () => {
    const url = await hook(`async (m, e) => ({ resourceType: 'Binary', contentType: 'text/xml', data: Buffer64(
      '<r>' + e.input.Body + e.headers['x-twilio-signature'] + (e.requester === undefined) + '</r>') });
      function Buffer64(text) { return require('buffer').Buffer.from(text).toString('base64'); }`);
    const response = await fetch(url, {
      method: 'POST',
      body: new URLSearchParams({ Body: 'Hi' }),
      headers: { 'X-Twilio-Signature': 'abc' },
    });
    expect(response.headers.get('content-type')).toBe('text/xml; charset=utf-8');
    expect(await response.text()).toBe('<r>Hiabctrue</r>');
  });

  test('gives a thrown outcome the status of its id', async () => {
    const url = await hook(`async () => { throw { resourceType: 'OperationOutcome', id: 'forbidden', issue: [] }; }`);
    expect((await fetch(url, { method: 'POST' })).status).toBe(403);
  });

  test('is closed unless the bot is public and has a policy', async () => {
    const post = async (url: string) => {
      const response = await fetch(url, { method: 'POST' });
      return [response.status, await response.text()];
    };
    expect(await post(await hook('async () => 1', { publicWebhook: false }))).toEqual([
      403,
      'Bot is not configured for public webhook access',
    ]);
    expect(await post(await hook('async () => 1', {}, false))).toEqual([
      403,
      'ProjectMembership must have an Access Policy',
    ]);
    expect((await post(`${t.server.baseUrl}/webhook/nobody`))[0]).toBe(404);
    expect((await fetch(await hook('async () => 1'))).status).toBe(404);
  });
});

test('a bot that says no runtime, or another, does not run', async () => {
  const bot = await t.medplum.createResource<Bot>({ resourceType: 'Bot', name: 'plain' });
  await t.deploy(bot.id, 'async () => 1');
  expect(await (await execute(bot)).json()).toMatchObject({
    issue: [{ details: { text: 'Unsupported bot runtime' } }],
  });
});

test('a bot’s requests are bound like everybody’s, and end with its run', async () => {
  const patient = await t.medplum.createResource<Patient>({ resourceType: 'Patient' });
  const bot = await t.bot(`async (m, e) => {
    const tooLarge = await m.createResource({ resourceType: 'Patient', name: [{ text: 'x'.repeat(1100000) }] })
      .catch((err) => err.outcome.id);
    require('timers').setTimeout(() => m.deleteResource('Patient', e.input.id).catch(() => undefined), 20);
    return { tooLarge };
  }`);
  expect(await (await execute(bot, { id: patient.id })).json()).toEqual({ tooLarge: 'content-too-large' });
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(await t.medplum.readResource('Patient', patient.id, { cache: 'reload' })).toMatchObject({ id: patient.id });
});
