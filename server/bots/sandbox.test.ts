import { describe, expect, test } from '@jest/globals';
import { MedplumClient, OperationOutcomeError, badRequest } from '@medplum/core';
import { ManualClock } from '../manual-clock.ts';
import { compile } from './code.ts';
import { runInSandbox } from './sandbox.ts';
import type { SandboxRun } from './sandbox.ts';
import type { BotEvent, BotResult } from './types.ts';

const medplum = new MedplumClient({ baseUrl: 'http://localhost/', fetch: async () => new Response('{}') });

async function run(code: string, options: Partial<SandboxRun & BotEvent> = {}): Promise<BotResult> {
  const event = { bot: {}, input: options.input, contentType: options.contentType, secrets: {} };
  return runInSandbox({
    script: compile(code, 'bot.js'),
    medplum,
    event,
    timeout: undefined,
    clock: undefined,
    ...options,
  });
}

function issueOf({ success, returnValue }: BotResult): unknown {
  expect(success).toBe(false);
  return (returnValue as { issue: unknown[] }).issue[0];
}

describe('a bot', () => {
  test('gets its event, and what it returns and prints comes back', async () => {
    const result = await run('exports.handler = async (m, e) => { console.log("hi", 1); return { got: e.input }; };', {
      input: { a: 1 },
    });
    expect(result).toEqual({ success: true, log: 'hi 1', returnValue: { got: { a: 1 } } });
  });

  test('keeps nothing from one run to the next', async () => {
    const script = compile('globalThis.n = (globalThis.n ?? 0) + 1; exports.handler = () => globalThis.n;', 'bot.js');
    expect((await run('', { script })).returnValue).toBe(1);
    expect((await run('', { script })).returnValue).toBe(1);
  });

  test('that throws a plain OperationOutcome fails with exactly that', async () => {
    const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'conflict' }] };
    const result = await run(`exports.handler = async () => { throw ${JSON.stringify(outcome)}; };`);
    expect(result.success).toBe(false);
    expect(result.returnValue).toEqual(outcome);
  });

  test('that throws an Error, or the class of its own copy of core, fails with code invalid and the text', async () => {
    expect(issueOf(await run('exports.handler = async () => { throw new Error("no"); };'))).toMatchObject({
      code: 'invalid',
      details: { text: 'no' },
    });
    const thrown = await run(`const { OperationOutcomeError, notFound } = require('@medplum/core');
      exports.handler = async () => { throw new OperationOutcomeError(notFound); };`);
    expect(issueOf(thrown)).toMatchObject({ code: 'invalid', details: { text: 'Not found' } });
  });

  test('that lets an error of its client through fails with that outcome', async () => {
    const failing = new MedplumClient({ baseUrl: 'http://localhost/', fetch: async () => new Response('{}') });
    failing.get = () => Promise.reject(new OperationOutcomeError(badRequest('refused'))) as never;
    const result = await run('exports.handler = (m) => m.get("x");', { medplum: failing });
    expect(issueOf(result)).toMatchObject({ details: { text: 'refused' } });
  });

  test('is cut off when it never awaits, and given up when it never ends', async () => {
    const spinning = await run('exports.handler = () => { for (;;) {} };', { timeout: 0.05 });
    expect(issueOf(spinning)).toMatchObject({ details: { text: expect.stringContaining('timed out after 50ms') } });
    const waiting = await run('exports.handler = () => new Promise(() => {});', { timeout: 0.05 });
    expect(issueOf(waiting)).toMatchObject({ details: { text: 'Bot timed out after 0.05 seconds' } });
  });

  test('has the globals of Medplum and no others, and requires nothing but core and Node', async () => {
    const names = ['fetch', 'URL', 'TextEncoder', 'ContentType', 'Hl7Message', 'Buffer', 'setTimeout', 'crypto'];
    const types = await run(`exports.handler = () => [${names.map((n) => `typeof ${n}`).join()}];`);
    const none = 'undefined';
    expect(types.returnValue).toEqual(['function', 'function', 'function', 'object', 'function', none, none, none]);
    expect((await run('exports.handler = () => require("node:crypto").randomUUID().length;')).returnValue).toBe(36);
    expect(issueOf(await run('exports.handler = () => require("express");'))).toMatchObject({
      details: { text: "Cannot find module 'express': bundle it into the bot" },
    });
  });

  test('without exports.handler is told what to do', async () => {
    expect(issueOf(await run('module.exports = { handler() {} };'))).toMatchObject({
      details: { text: expect.stringContaining('Object.assign(exports, module.exports)') },
    });
    const bundle = 'module.exports = { handler: () => 1 }; Object.assign(exports, module.exports);';
    expect((await run(bundle)).returnValue).toBe(1);
  });

  test('lives in the time of a manual clock', async () => {
    const clock = new ManualClock('2026-03-29T00:30:00Z');
    const code = `exports.handler = () => [new Date().toISOString(), Date.now(), new Date(0).getTime(),
      new Date(2026, 0, 1) instanceof Date, Date.UTC(2026, 0, 1)];`;
    expect((await run(code, { clock })).returnValue).toEqual([
      '2026-03-29T00:30:00.000Z',
      clock.now(),
      0,
      true,
      Date.UTC(2026, 0, 1),
    ]);
  });

  test('gets HL7 v2 messages parsed', async () => {
    const message = 'MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.5';
    const result = await run('exports.handler = (m, e) => e.input.header.getComponent(9, 2);', {
      input: message,
      contentType: 'x-application/hl7-v2+er7',
    });
    expect(result.returnValue).toBe('A01');
  });
});
